import { join } from 'node:path';
import type { Config } from '@whisper-bot/config';
import type { Logger } from '@whisper-bot/runtime';
import { automaticModel, createModelStore, createSpeechEngines } from '@whisper-bot/speech';
import type { Engines } from './engines.js';

export interface RealEnginesOptions {
  config: Pick<
    Config,
    | 'cacheDir'
    | 'modelsDir'
    | 'ffmpegPath'
    | 'threads'
    | 'workerConcurrency'
    | 'transcriber'
    | 'diarizer'
    | 'detector'
    | 'languageModels'
  >;
  /** The folder that holds the shipped `models/` and `samples/`. */
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
  const engines = createSpeechEngines({
    modelsDir: shipped,
    moreModelsDirs: [config.modelsDir],
    cacheDir: config.cacheDir,
    samplesDir: join(repository, 'samples'),
    threads: config.threads,
    choice: { transcriber: config.transcriber, diarizer: config.diarizer, detector: config.detector },
    languageModels: config.languageModels,
    logger,
    ...(config.ffmpegPath === null ? {} : { ffmpegPath: config.ffmpegPath }),
  });
  return {
    ...engines,
    // One that is damaged is known: its tasks fail with the sentence that says so.
    knowsModel: async (name) => name === automaticModel || store.has(name),
  };
};
