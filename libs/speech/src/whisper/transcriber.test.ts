import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { TaskError } from '@whisper-bot/task';
import { wordErrorRate } from '@whisper-bot/testing';
import type { Recognition } from '@whisper-bot/transcript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { wavOf } from '../wav/wav-of.js';
import { createWhisperTranscriber } from './transcriber.js';

const root = new URL('../../../../', import.meta.url);
const sample = (name: string) => fileURLToPath(new URL(`samples/${name}`, root));
const cacheDir = fileURLToPath(new URL('.cache', root));

const jfk = { wav: sample('jfk.wav'), speech: [{ start: 0, end: 11 }], model: 'base' };
const sentence =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';
const spoken = { language: 'en', translate: false, prompt: '' };
const never = { signal: new AbortController().signal };

const open = () =>
  createWhisperTranscriber({
    cacheDir,
    modelPath: () => fileURLToPath(new URL('models/ggml-base-q8_0.bin', root)),
    threads: 2,
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
const wordsOf = ({ segments }: Recognition) => segments.flatMap(({ words }) => words);
const textOf = (recognition: Recognition) =>
  wordsOf(recognition)
    .map(({ text, spaceBefore }) => (spaceBefore === false ? text : ` ${text}`))
    .join('')
    .trim();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whisper-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a warm transcriber', () => {
  const transcriber = open();
  afterAll(() => transcriber.close());

  test('detects Russian', async () => {
    const speech = [{ start: 0.2, end: 9.8 }];
    const found = await transcriber.detectLanguage({ wav: sample('russian.wav'), speech, model: 'base' }, never);
    expect(found.language).toBe('ru');
    expect(found.probability).toBeGreaterThan(0.8);
    const russian = { wav: sample('russian.wav'), speech, model: 'base' };
    const translated = await transcriber.transcribe({ ...russian, language: 'ru', translate: true, prompt: '' }, never);
    expect(textOf(translated)).toMatch(/good morning/i);
  });

  test('gets a dialogue right, every word within the turn in which it is spoken', async () => {
    const turns: { start: number; end: number; text: string }[] = JSON.parse(
      await readFile(sample('dialogue-3-speakers.json'), 'utf8'),
    );
    const speech = turns.map(({ start, end }) => ({ start, end }));
    const fractions: number[] = [];
    const recognition = await transcriber.transcribe(
      { wav: sample('dialogue-3-speakers.wav'), speech, model: 'base', ...spoken },
      { ...never, onProgress: (fraction) => fractions.push(fraction) },
    );
    expect(wordErrorRate(turns.map(({ text }) => text).join(' '), textOf(recognition)).rate).toBeLessThanOrEqual(0.03);
    const words = wordsOf(recognition);
    for (const [index, { start, end }] of words.entries()) {
      expect(end).toBeGreaterThanOrEqual(start);
      expect(start).toBeGreaterThanOrEqual(words[index - 1]?.end ?? 0);
      expect(speech.some((span) => start >= span.start - 0.001 && end <= span.end + 0.001)).toBe(true);
    }
    for (const turn of turns) {
      const inTurn = words.filter(({ start, end }) => start >= turn.start - 0.001 && end <= turn.end + 0.001);
      expect(wordErrorRate(turn.text, inTurn.map(({ text }) => text).join(' ')).rate).toBeLessThanOrEqual(0.15);
    }
    expect(fractions.length).toBeGreaterThan(0);
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
  });

  test('makes up no words where no one speaks', async () => {
    const wav = join(folder, 'hush.wav');
    let seed = 1;
    // Noise that is the same every time: a linear congruential generator (Numerical Recipes).
    const noise = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32 - 0.5;
    };
    await writeFile(wav, wavOf(new Float32Array(20 * sampleRate).map(() => noise() * 0.002)));
    const silence = await transcriber.transcribe({ wav, speech: [], model: 'base', ...spoken }, never);
    expect(silence.segments).toEqual([]);
    const mistaken = { wav, speech: [{ start: 2, end: 18 }], model: 'base' };
    expect(textOf(await transcriber.transcribe({ ...mistaken, ...spoken }, never))).toBe('');
  });

  test('recognizes every word over a hum that is louder than the speaker', async () => {
    const wav = join(folder, 'hum.wav');
    const speech = await openWav(jfk.wav);
    const samples = await speech.read(0, speech.length);
    await speech.close();
    await writeFile(
      wav,
      wavOf(samples.map((sample, i) => sample / 2 + 0.5 * Math.sin((2 * Math.PI * 100 * i) / sampleRate))),
    );
    const recognition = await transcriber.transcribe({ ...jfk, wav, ...spoken }, never);
    expect(wordErrorRate(sentence, textOf(recognition)).rate).toBe(0);
  });

  test('stops when cancelled, and is ready for the next', async () => {
    const wav = sample('dialogue-3-speakers.wav');
    const speech = [{ start: 0, end: 42 }];
    const controller = new AbortController();
    const reason = new Error('no longer wanted');
    const running = transcriber.transcribe(
      { wav, speech, model: 'base', ...spoken },
      { signal: controller.signal, onProgress: () => controller.abort(reason) },
    );
    await expect(running).rejects.toBe(reason);
    expect(wordErrorRate(sentence, textOf(await transcriber.transcribe({ ...jfk, ...spoken }, never))).rate).toBe(0);
  });

  test('outlives its engine: the call fails, the next one works', async () => {
    await transcriber.detectLanguage(jfk, never);
    const [pid] = transcriber.pids();
    if (pid === undefined) throw new Error('no engine is running');
    const running = transcriber.transcribe({ ...jfk, ...spoken }, never);
    process.kill(pid, 'SIGKILL');
    const failure = await running.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TaskError);
    expect((failure as TaskError).code).toBe('engine-crashed');
    expect(wordErrorRate(sentence, textOf(await transcriber.transcribe({ ...jfk, ...spoken }, never))).rate).toBe(0);
  });

  test('says what is missing where it was not compiled', async () => {
    const nowhere = createWhisperTranscriber({
      cacheDir: folder,
      modelPath: () => 'none',
      threads: 1,
      logger: createLogger({ name: 'test', level: 'silent' }),
    });
    const failure = await nowhere.transcribe({ ...jfk, ...spoken }, never).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'engine-missing', cause: expect.stringContaining('whisper-bot doctor') });
  });
});
