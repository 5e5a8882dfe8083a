import type { Logger } from '@whisper-bot/runtime';
import type { Decoder, Diarizer, Engine, SpeechDetector, Transcriber } from './contract.js';
import { createFfmpegDecoder } from './decode/ffmpeg.js';
import { createSileroDetector } from './detect/silero.js';
import { shippedDiarizationModels } from './diarize/diarization.js';
import { createNativeDiarizer } from './diarize/native.js';
import { createModelStore } from './model/store.js';
import type { WhisperEngine } from './whisper/pool.js';
import { createWhisperTranscriber } from './whisper/transcriber.js';

export interface SpeechEnginesConfig {
  /** FFMPEG_PATH; without it `ffmpeg-static`, then the PATH. */
  ffmpegPath?: string;
  /** The shipped weights. */
  modelsDir: string;
  /** Folders with further Whisper models, looked at before `modelsDir`. */
  moreModelsDirs?: readonly string[];
  /** Where setup puts the compiled engines. */
  cacheDir: string;
  /** Processor cores an engine may use. */
  threads: number;
  whisperEngine?: WhisperEngine;
  logger: Logger;
}

export interface SpeechEngines extends Engine {
  decoder: Decoder;
  detector: SpeechDetector;
  transcriber: Transcriber;
  diarizer: Diarizer;
}

/** The engines of a worker; each child starts with its first call. */
export const createSpeechEngines = (config: SpeechEnginesConfig): SpeechEngines => {
  const { ffmpegPath, modelsDir, cacheDir, threads, whisperEngine, logger } = config;
  const store = createModelStore([...(config.moreModelsDirs ?? []), modelsDir]);
  const detector = createSileroDetector({ modelsDir, cacheDir, logger });
  const diarizer = createNativeDiarizer({ models: shippedDiarizationModels(modelsDir), cacheDir, threads, logger });
  const transcriber = createWhisperTranscriber({
    cacheDir,
    threads,
    logger,
    modelPath: (name) => store.whisperPath(name),
    ...(whisperEngine === undefined ? {} : { engine: whisperEngine }),
  });
  return {
    decoder: createFfmpegDecoder(ffmpegPath === undefined ? {} : { ffmpegPath }),
    detector,
    transcriber,
    diarizer,
    close: async () => void (await Promise.all([detector.close(), transcriber.close(), diarizer.close()])),
  };
};
