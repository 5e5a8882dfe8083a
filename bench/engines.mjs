// The engines as a worker has them.
import { join } from 'node:path';
import { readMachine, resolveConfig } from '@whisper-bot/config';
import { createLogger } from '@whisper-bot/runtime';
import { createSherpaOnnxDiarizer, createSpeechEngines, shippedDiarizationModels } from '@whisper-bot/speech';

export const logger = createLogger({ name: 'bench', level: 'silent' });
export const context = { signal: new AbortController().signal };

const shipped = () => join(readMachine().repository, 'models');

/** The weights that all who take whisper.cpp's files are given. */
export const baseWeights = () => join(shipped(), 'ggml-base-q8_0.bin');

/** @param {Partial<import('@whisper-bot/speech').EngineChoice>} [choice] default: ours */
export const openEngines = (choice = {}) => {
  const config = resolveConfig({ env: process.env });
  const engines = createSpeechEngines({
    modelsDir: shipped(),
    moreModelsDirs: [config.modelsDir],
    cacheDir: config.cacheDir,
    threads: config.threads,
    samplesDir: join(readMachine().repository, 'samples'),
    choice: { transcriber: 'native', diarizer: 'native', detector: 'native', ...choice },
    logger,
    ...(config.ffmpegPath === null ? {} : { ffmpegPath: config.ffmpegPath }),
  });
  return { engines, threads: config.threads };
};

export const openSherpaOnnx = (threads) =>
  createSherpaOnnxDiarizer({ models: shippedDiarizationModels(shipped()), threads, logger });

/** Speech of a recording to words, the language given; the speech is looked for unless it is given too. */
export const hear = async (engines, wav, language = 'en', found) => {
  const speech = found ?? (await engines.detector.detect(wav, context));
  const request = { wav, speech, model: 'base', language, translate: false, prompt: '' };
  return engines.transcriber.transcribe(request, context);
};

export const textOf = ({ segments }) =>
  segments
    .flatMap(({ words }) => words.map(({ text, spaceBefore }) => `${spaceBefore === false ? '' : ' '}${text}`))
    .join('');
