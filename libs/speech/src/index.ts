export { extractChannel } from './channel/extract.js';
export { measureLevels } from './channel/level.js';
export { channelInsteadOfMix } from './channel/mix.js';
export { findOwnVoices } from './channel/own-voice.js';
export * from './contract.js';
export { createFfmpegDecoder } from './decode/ffmpeg.js';
export { resolveFfmpeg } from './decode/ffmpeg-path.js';
export { createSileroDetector } from './detect/silero.js';
export { shippedDiarizationModels } from './diarize/diarization.js';
export { createSherpaOnnxDiarizer } from './diarize/sherpa-onnx.js';
export type { Absent, Candidate } from './engine/candidate.js';
export { chosenEngines, type Examined, type Survey, surveyEngines, whyNone } from './engine/survey.js';
export { createVerdictStore } from './engine/verdict.js';
export { type EngineChoice, type EngineRole, settingOf } from './engine-name.js';
export { createSpeechEngines } from './engines.js';
export { type PublishedModel, publishedModels } from './model/catalog.js';
export { downloadModel } from './model/download.js';
export { familySchema } from './model/family.js';
export { type ImportedModel, importModel } from './model/import.js';
export { automaticModel } from './model/language-model.js';
export { modelNameSchema } from './model/manifest.js';
export {
  compareWithBase,
  memoryOf,
  type Recommendation,
  recommendedModels,
  recommendModels,
} from './model/recommend.js';
export { removeModel } from './model/remove.js';
export { createModelStore, type InstalledModel, type ModelStore } from './model/store.js';
export { createRecognizerTranscriber } from './recognizer/transcriber.js';
export { sampleRate } from './wav/sample-rate.js';
export { wavOf } from './wav/wav-of.js';
export { createWhisperTranscriber } from './whisper/transcriber.js';
