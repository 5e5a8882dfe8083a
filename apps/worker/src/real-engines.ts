import { join } from 'node:path';
import type { Config } from '@whisper-bot/config';
import type { Logger } from '@whisper-bot/runtime';
import {
  createFfmpegDecoder,
  createModelStore,
  createSileroDetector,
  createStockDiarizer,
  createWhisperTranscriber,
  shippedDiarizationModels,
} from '@whisper-bot/speech';
import type { Engines } from './engines.js';

export interface RealEnginesOptions {
  config: Pick<Config, 'cacheDir' | 'modelsDir' | 'ffmpegPath' | 'threads' | 'workerConcurrency'>;
  /** The folder that holds the shipped `models/`. */
  repository: string;
  logger: Logger;
}

export interface RealEngines extends Engines {
  /** Whether a model of that name is on this machine. */
  knowsModel(name: string): Promise<boolean>;
  close(): Promise<void>;
}

/** The engines of a worker process, each in a child that is started when first needed and stays warm. */
export const createRealEngines = ({ config, repository, logger }: RealEnginesOptions): RealEngines => {
  const shipped = join(repository, 'models');
  const store = createModelStore([config.modelsDir, shipped]);
  const { threads } = config;
  const detector = createSileroDetector({ modelsDir: shipped, logger });
  const diarizer = createStockDiarizer({ models: shippedDiarizationModels(shipped), threads, logger });
  const transcriber = createWhisperTranscriber({
    cacheDir: config.cacheDir,
    modelPath: (name) => store.whisperPath(name),
    threads,
    logger,
  });
  return {
    decoder: createFfmpegDecoder(config.ffmpegPath === null ? {} : { ffmpegPath: config.ffmpegPath }),
    detector,
    diarizer,
    transcriber,
    knowsModel: (name) =>
      store.whisperPath(name).then(
        () => true,
        () => false,
      ),
    close: async () => {
      await Promise.all([detector.close(), diarizer.close(), transcriber.close()]);
    },
  };
};
