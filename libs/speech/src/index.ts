export { findEngineBinary } from './binary.js';
export { extractChannel } from './channel/extract.js';
export { type ChannelLevels, measureLevels } from './channel/level.js';
export { channelInsteadOfMix } from './channel/mix.js';
export { findOwnVoices, type OwnVoices } from './channel/own-voice.js';
export * from './contract.js';
export { createFfmpegDecoder, type FfmpegDecoderOptions } from './decode/ffmpeg.js';
export { resolveFfmpeg } from './decode/ffmpeg-path.js';
export { createSherpaOnnxDetector, type SherpaOnnxDetectorOptions } from './detect/sherpa-onnx.js';
export { createSileroDetector, type SileroDetectorOptions } from './detect/silero.js';
export { type DiarizationModels, shippedDiarizationModels } from './diarize/diarization.js';
export { createNativeDiarizer, type NativeDiarizerOptions } from './diarize/native.js';
export { createSherpaOnnxDiarizer, type SherpaOnnxDiarizerOptions } from './diarize/sherpa-onnx.js';
export type { Absent, Candidate } from './engine/candidate.js';
export {
  chosenEngines,
  type Examined,
  type Survey,
  type SurveyOptions,
  surveyEngines,
  whyNone,
} from './engine/survey.js';
export { createVerdictStore, type Verdict, type VerdictStore } from './engine/verdict.js';
export { type EngineChoice, type EngineRole, settingOf } from './engine-name.js';
export { createSpeechEngines, type SpeechEngines, type SpeechEnginesConfig } from './engines.js';
export { type PublishedModel, publishedModels } from './model/catalog.js';
export { type Downloaded, type DownloadOptions, downloadModel } from './model/download.js';
export { familyNames, familySchema, type RecognizerFamily } from './model/family.js';
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
export { createModelStore, type InstalledModel, type ModelKind, type ModelStore } from './model/store.js';
export { createRecognizerTranscriber } from './recognizer/transcriber.js';
export { sampleRate } from './wav/sample-rate.js';
export { wavOf } from './wav/wav-of.js';
export { createWhisperTranscriber, type WhisperTranscriberOptions } from './whisper/transcriber.js';
