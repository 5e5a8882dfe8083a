import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { createSileroDetector } from '@whisper-bot/speech';
import { expect, test } from 'vitest';
import type { Engines } from './engines.js';
import { createStandInEngines } from './test/stand-in-engines.js';
import { warmUp } from './warm-up.js';

const logger = createLogger({ name: 'test', level: 'silent' });
const { signal } = new AbortController();

/** The detector is the real one; what the others are given is kept. */
const listening = (refuse = '') => {
  const detector = createSileroDetector({
    modelsDir: fileURLToPath(new URL('../../../models', import.meta.url)),
    cacheDir: fileURLToPath(new URL('../../../.cache', import.meta.url)),
    logger,
  });
  const asked: string[] = [];
  const wavs = new Set<string>();
  const hear = (engine: string, wav: string): void => {
    wavs.add(wav);
    asked.push(engine);
    if (engine === refuse) throw new Error('no such model');
  };
  const engines: Engines = {
    ...createStandInEngines({ rate: 0 }),
    detector: {
      detect: async (wav, context) => {
        hear('detect', wav);
        expect(await detector.detect(wav, context)).toEqual([]);
        return [];
      },
    },
    transcriber: {
      ...createStandInEngines({ rate: 0 }).transcriber,
      detectLanguage: async ({ wav, model }) => {
        hear(`language ${model}`, wav);
        return { language: 'en', probability: 1 };
      },
    },
    diarizer: {
      diarize: async ({ wav }) => {
        hear('diarize', wav);
        return { v: 1, engine: 'stand-in', speakers: 0, turns: [] };
      },
    },
  };
  return { engines, asked, wavs, close: () => detector.close() };
};

test('every engine is started with the model most will ask for, and no file is left', async () => {
  const { engines, asked, wavs, close } = listening();
  await warmUp(engines, { model: 'small', signal, logger });
  await close();
  expect(asked).toEqual(['detect', 'language small', 'diarize']);
  for (const wav of wavs) await expect(access(wav)).rejects.toThrow();
});

test('an engine that will not start stops nothing', async () => {
  const { engines, asked, wavs, close } = listening('language base');
  await warmUp(engines, { model: 'base', signal, logger });
  await close();
  expect(asked).toEqual(['detect', 'language base']);
  for (const wav of wavs) await expect(access(wav)).rejects.toThrow();
});
