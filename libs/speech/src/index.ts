export * from './contract.js';
export { createFfmpegDecoder, type FfmpegDecoderOptions } from './decode/ffmpeg.js';
export { createSileroDetector, type SileroDetectorOptions } from './detect/silero.js';
export { type DiarizationModels, shippedDiarizationModels } from './diarize/diarization.js';
export { createStockDiarizer, type StockDiarizerOptions } from './diarize/stock.js';
export { type PublishedModel, publishedModels } from './model/catalog.js';
export { type Downloaded, type DownloadOptions, downloadModel } from './model/download.js';
export { createModelStore, type InstalledModel, type ModelStore } from './model/store.js';
export { createWhisperTranscriber, type WhisperTranscriberOptions } from './whisper/transcriber.js';
