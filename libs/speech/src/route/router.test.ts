import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { wordErrorRate, writeRecognizer } from '@whisper-bot/testing';
import type { Recognition } from '@whisper-bot/transcript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSpeechEngines, type SpeechEngines } from '../engines.js';
import { importModel } from '../model/import.js';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { wavOf } from '../wav/wav-of.js';

const root = new URL('../../../../', import.meta.url);
const file = (path: string) => fileURLToPath(new URL(path, root));
const { signal } = new AbortController();
const english =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';

let folder: string;
/** English, then Russian. */
let wav: string;
let boundary: number;
let speech: { start: number; end: number }[];
const opened: SpeechEngines[] = [];

/** The engines of a worker that has these models besides the shipped ones. */
const enginesWith = (
  moreModels: string,
  languageModels: { languages: string[]; model: string }[] = [],
): SpeechEngines => {
  const engines = createSpeechEngines({
    modelsDir: file('models'),
    moreModelsDirs: [moreModels],
    samplesDir: file('samples'),
    cacheDir: file('.cache'),
    threads: 2,
    languageModels,
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
  opened.push(engines);
  return engines;
};

/** A recognizer for Russian that knows two sounds: what it writes cannot be taken for Whisper's. */
const addToy = async (models: string, name: string): Promise<void> => {
  const from = join(folder, `published-${name}`);
  await writeRecognizer(from, 'nemo-ctc');
  await importModel(
    { kind: 'recognizer', name, family: 'nemo-ctc', languages: ['ru'] },
    { from, folder: models, signal, tryOut: async () => undefined },
  );
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whisper-bot-route-'));
  const parts = await Promise.all(
    ['samples/jfk.wav', 'samples/russian.wav'].map(async (path) => {
      const one = await openWav(file(path));
      const samples = await one.read(0, one.length);
      await one.close();
      return samples;
    }),
  );
  const [first = new Float32Array(), second = new Float32Array()] = parts;
  const silence = new Float32Array(2 * sampleRate);
  wav = join(folder, 'both.wav');
  await writeFile(wav, wavOf(Float32Array.from([...first, ...silence, ...second])));
  boundary = first.length / sampleRate + 1;
  speech = [
    { start: 0.2, end: first.length / sampleRate - 0.2 },
    { start: boundary + 1, end: boundary + 1 + second.length / sampleRate },
  ];
});
afterAll(async () => {
  await Promise.all(opened.map((engines) => engines.close()));
  await rm(folder, { recursive: true, force: true });
});

const request = (model: string) => ({ wav, speech, model, language: 'en', translate: false, prompt: '' });
const wordsOf = ({ segments }: Recognition) => segments.flatMap(({ words }) => words);
const textOf = (words: ReturnType<typeof wordsOf>) => words.map(({ text }) => text).join(' ');

test('with `auto` each language is written by the model that suits it, and the result says which', async () => {
  const models = join(folder, 'two');
  await addToy(models, 'toy-russian');
  const engines = enginesWith(models, [{ languages: ['ru'], model: 'toy-russian' }]);
  const done: number[] = [];
  const recognition = await engines.transcriber.transcribe(
    { ...request('auto'), followLanguages: true },
    { signal, onProgress: (fraction) => done.push(fraction) },
  );
  const words = wordsOf(recognition);
  const before = words.filter(({ end }) => end < boundary);
  const after = words.filter(({ start }) => start > boundary);
  expect(wordErrorRate(english, textOf(before)).rate).toBeLessThan(0.1);
  expect(after.length).toBeGreaterThan(0);
  // Pieces of its two words, where Whisper writes Cyrillic.
  expect(after.filter(({ text }) => !/^[a-z]+$/.test(text))).toEqual([]);
  expect(recognition.segments.filter(({ start }) => start > boundary).every(({ language }) => language === 'ru')).toBe(
    true,
  );
  expect(recognition.segments.filter(({ end }) => end < boundary).every(({ language }) => language === undefined)).toBe(
    true,
  );
  expect(recognition.model.split(', ').toSorted()).toEqual(['base', 'toy-russian']);
  expect(recognition.engine).toContain('sherpa-onnx');
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect(done.at(-1)).toBeCloseTo(1);
  // Where the language is given, or all is to be English, there is nothing to choose.
  const translated = await engines.transcriber.transcribe({ ...request('toy-russian'), translate: true }, { signal });
  expect(translated.model).toBe('base');
  await expect(engines.transcriber.transcribe(request('toy-russian'), { signal })).rejects.toMatchObject({
    code: 'model-language',
    message: 'The model "toy-russian" does not know English.',
  });
  const russian = [speech[1] ?? { start: 0, end: 0 }];
  const language = await engines.transcriber.detectLanguage({ wav, speech: russian, model: 'toy-russian' }, { signal });
  expect(language.language).toBe('ru');
});

test('with `auto` and nothing added, or only what is damaged, Whisper writes it all', async () => {
  const models = join(folder, 'damaged');
  await addToy(models, 'toy-russian');
  const damaged = join(models, 'toy-russian/model.int8.onnx');
  await truncate(damaged, (await stat(damaged)).size - 1);
  const engines = enginesWith(models, [{ languages: ['ru', 'en'], model: 'toy-russian' }]);
  const recognition = await engines.transcriber.transcribe({ ...request('auto'), followLanguages: true }, { signal });
  expect(recognition.model).toBe('base');
  const words = wordsOf(recognition);
  expect(wordErrorRate(english, textOf(words.filter(({ end }) => end < boundary))).rate).toBeLessThan(0.1);
  expect(textOf(words.filter(({ start }) => start > boundary))).toMatch(/[а-я]{4}/i);
  await expect(engines.transcriber.transcribe(request('toy-russian'), { signal })).rejects.toMatchObject({
    code: 'damaged-model',
  });
});

test('a model that is not here is named with those that are, and found once it was added', async () => {
  const models = join(folder, 'later');
  const engines = enginesWith(models);
  const asked = { ...request('large-v3'), speech: speech.slice(0, 1) };
  await expect(engines.transcriber.transcribe(asked, { signal })).rejects.toMatchObject({
    code: 'unknown-model',
    message: 'There is no model "large-v3" here; installed: base-q8_0.',
  });
  await importModel(
    { kind: 'whisper', name: 'large-v3' },
    { from: file('models/ggml-base-q8_0.bin'), folder: models, signal, tryOut: async () => undefined },
  );
  const recognition = await engines.transcriber.transcribe(asked, { signal });
  expect(wordErrorRate(english, textOf(wordsOf(recognition))).rate).toBeLessThan(0.1);
  expect(recognition.model).toBe('large-v3');
});
