import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { wordErrorRate } from '@whisper-bot/testing';
import { afterEach, expect, test } from 'vitest';
import { createWhisperTranscriber } from '../whisper/transcriber.js';

const file = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const sentence =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';

// oneDNN reads it when it is loaded: what the processor has beyond it is not used.
const limit = 'ONEDNN_MAX_CPU_ISA';
afterEach(() => {
  delete process.env[limit];
});

test.runIf(process.arch === 'x64').each([
  ['AVX512_CORE_BF16', /bfloat16|whole numbers/],
  ['AVX512_CORE', /^whole numbers$/],
  ['AVX2', /^whole numbers$/],
  ['SSE41', /^whole numbers$/],
])('words are right where oneDNN may use no more than %s', async (instructions, numbers) => {
  process.env[limit] = instructions;
  const transcriber = createWhisperTranscriber({
    cacheDir: file('.cache'),
    modelPath: () => file('models/ggml-base-q8_0.bin'),
    threads: 2,
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
  try {
    const details = await transcriber.warmUp(file('models/ggml-base-q8_0.bin'));
    expect(details.numbers).toMatch(numbers);
    const request = { wav: file('samples/jfk.wav'), speech: [{ start: 0, end: 11 }], model: 'base', language: 'en' };
    const signal = new AbortController().signal;
    const { segments } = await transcriber.transcribe({ ...request, translate: false, prompt: '' }, { signal });
    const words = segments.flatMap((segment) => segment.words.map(({ text }) => text));
    expect(wordErrorRate(sentence, words.join(' ')).rate).toBe(0);
  } finally {
    await transcriber.close();
  }
});
