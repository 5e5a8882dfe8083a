export { createRandom } from './bot-api/fault/random.js';
export { size as telegramSize } from './bot-api/limit/size.js';
export { methods as botApiMethods } from './bot-api/method/catalogue.js';
export type { Person } from './bot-api/people/person.js';
export { type BotApiServer, startBotApi } from './bot-api/server/start.js';
export type { BotApiOptions } from './bot-api/server/world.js';
export { format as formatTelegramText } from './bot-api/text/format.js';
export type { ChatView, SeenMessage } from './bot-api/view/chat-view.js';
export { showChat } from './bot-api/view/live.js';
export { diarizationErrorRate } from './diarization-error-rate.js';
export { attackHttp } from './hostile-http.js';
export {
  autoregressiveFamilies,
  frameSynchronousFamilies,
  type RecognizerFamily,
  recognizerWords,
  writeRecognizer,
} from './onnx/recognizer.js';
export { fixedSentence } from './onnx/sentence.js';
export { toneSound } from './onnx/tone.js';
export { startTcpProxy, type TcpProxy } from './proxy/tcp-proxy.js';
export { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.js';
export { until } from './until.js';
export { whisperShapes } from './whisper/shape.js';
export { writeWhisperModel } from './whisper/write-model.js';
export { normalizeWords, wordErrorRate } from './word-error-rate.js';
