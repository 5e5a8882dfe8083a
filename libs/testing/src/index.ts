export { createRandom } from './bot-api/fault/random.js';
export type { Fault, Faults, FaultTiming } from './bot-api/fault/schedule.js';
export { type FloodLimits, telegramFlood } from './bot-api/limit/flood.js';
export { size as telegramSize } from './bot-api/limit/size.js';
export type { Violation, ViolationReport } from './bot-api/limit/violation.js';
export { methods as botApiMethods } from './bot-api/method/catalogue.js';
export type { Group, GroupDescription } from './bot-api/people/group.js';
export type { AlbumPart, Attachment, AttachmentOptions, ChatTarget, Person } from './bot-api/people/person.js';
export type { Press } from './bot-api/people/press.js';
export type { Revision } from './bot-api/server/chat-state.js';
export { type Clock, manualClock, scaledClock } from './bot-api/server/clock.js';
export type { Journal, JournalEntry, Outcome } from './bot-api/server/journal.js';
export type { Limit } from './bot-api/server/refusal.js';
export type { FileSource } from './bot-api/server/shelf.js';
export { type BotApiServer, type PersonDescription, startBotApi } from './bot-api/server/start.js';
export type { BotApiOptions } from './bot-api/server/world.js';
export { format as formatTelegramText } from './bot-api/text/format.js';
export type { ChatView, SeenButton, SeenFile, SeenMessage } from './bot-api/view/chat-view.js';
export { type Screen, showChat } from './bot-api/view/live.js';
export { type RenderOptions, renderChat, renderMessage } from './bot-api/view/render.js';
export { type DiarizationErrorRate, diarizationErrorRate, type ScoredTurn } from './diarization-error-rate.js';
export { type AttackOptions, type AttackReport, attackHttp } from './hostile-http.js';
export {
  autoregressiveFamilies,
  frameSynchronousFamilies,
  type RecognizerFamily,
  recognizerFamilies,
  recognizerWords,
  writeRecognizer,
} from './onnx/recognizer.js';
export { fixedSentence, fixedSentences } from './onnx/sentence.js';
export { type Tone, toneSound } from './onnx/tone.js';
export { startTcpProxy, type TcpProxy } from './proxy/tcp-proxy.js';
export { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.js';
export { until } from './until.js';
export { whisperShapes } from './whisper/shape.js';
export { writeWhisperModel } from './whisper/write-model.js';
export { normalizeWords, type WordErrors, wordErrorRate } from './word-error-rate.js';
