import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@whisper-bot/runtime';
import {
  autoregressiveFamilies,
  fixedSentence,
  frameSynchronousFamilies,
  recognizerWords,
  type RecognizerFamily as TestFamily,
  toneSound,
  writeRecognizer,
} from '@whisper-bot/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { familyNames, type RecognizerFamily } from '../model/family.js';
import { importModel } from '../model/import.js';
import type { Recognizer } from '../model/recognizer-folder.js';
import { createModelStore } from '../model/store.js';
import { wavOf } from '../wav/wav-of.js';
import { createRecognizerTranscriber } from './transcriber.js';

/** The family that the product knows a test model by. */
const familyFor = (name: TestFamily): RecognizerFamily =>
  familyNames.find((family) => family === name) ?? (name.endsWith('ctc') ? 'nemo-ctc' : 'nemo-transducer');

let folder: string;
let wav: string;
const recognizers = createRecognizerTranscriber({
  threads: 1,
  logger: createLogger({ name: 'test', level: 'silent' }),
});
const signal = new AbortController().signal;

/** Two tones close together, one after a long silence, and one half a minute later: more than one window. */
const tones = [
  { pitch: 'low', start: 1, end: 1.5 },
  { pitch: 'high', start: 2.2, end: 2.7 },
  { pitch: 'low', start: 20, end: 20.5 },
  { pitch: 'high', start: 55, end: 55.5 },
] as const;
const speech = [
  { start: 0.9, end: 2.8 },
  { start: 19.9, end: 20.6 },
  { start: 54.9, end: 55.6 },
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whisper-bot-recognizer-'));
  wav = join(folder, 'tones.wav');
  await writeFile(wav, wavOf(toneSound(60, tones)));
});
afterAll(async () => {
  await recognizers.close();
  await rm(folder, { recursive: true, force: true });
});

const added = async (name: string, family: TestFamily, languages = ['en']): Promise<Recognizer> => {
  const from = join(folder, `published-${name}`);
  await writeRecognizer(from, family);
  await importModel(
    { kind: 'recognizer', name, family: familyFor(family), languages },
    { from, folder, signal, tryOut: async () => undefined },
  );
  const model = await createModelStore([folder]).find(name);
  if (model.kind !== 'recognizer') throw new Error(`${name} is no recognizer`);
  return model;
};

describe.each(frameSynchronousFamilies)('a model of the family %s', (family) => {
  test('writes what is spoken, each word where it is spoken', async () => {
    const model = await added(family, family);
    const progress: number[] = [];
    const request = { wav, speech, language: 'en' };
    const onProgress = (done: number) => void progress.push(done);
    const recognition = await recognizers.transcribe(model, request, { signal, onProgress });
    expect(recognition).toMatchObject({ language: 'en', model: family, engine: 'sherpa-onnx' });
    const words = recognition.segments.flatMap((segment) => segment.words);
    expect(words.map(({ text }) => text)).toEqual(tones.map(({ pitch }) => recognizerWords[family][pitch]));
    for (const [index, { start, end }] of tones.entries()) {
      expect(Math.abs((words[index]?.start ?? 0) - start), `${start} s`).toBeLessThan(0.25);
      expect(words[index]?.end).toBeLessThanOrEqual(end + 0.3);
    }
    expect(progress.at(-1)).toBe(1);
  });
});

describe.each(autoregressiveFamilies)('a model of the family %s, whose tokens have no times', (family) => {
  test('writes its sentence for each piece of speech, the words spread over it', async () => {
    const model = await added(family, family);
    const recognition = await recognizers.transcribe(model, { wav, speech, language: 'en' }, { signal });
    const words = recognition.segments.flatMap((segment) => segment.words);
    expect(words.map(({ text }) => text).join(' ')).toBe(speech.map(() => fixedSentence).join(' '));
    const each = words.length / speech.length;
    for (const [index, { start, end }] of words.entries()) {
      const spoken = speech[Math.floor(index / each)] ?? { start: 0, end: 0 };
      expect(start).toBeGreaterThanOrEqual(spoken.start - 0.01);
      expect(end).toBeLessThanOrEqual(spoken.end + 0.01);
    }
  });
});

test('where no one speaks nothing is loaded, and nothing is written', async () => {
  const model = { name: 'none', family: 'nemo-ctc', languages: ['en'], files: {} } as const;
  const recognition = await recognizers.transcribe(model, { wav, speech: [], language: 'en' }, { signal });
  expect(recognition).toEqual({ v: 1, language: 'en', model: 'none', engine: 'none', segments: [] });
});

test('a model that was cut short is reported as damaged, before anything is loaded', async () => {
  const model = await added('short', 'nemo-ctc');
  const path = model.files.model ?? '';
  await truncate(path, (await stat(path)).size - 10);
  await expect(createModelStore([folder]).find('short')).rejects.toMatchObject({
    code: 'damaged-model',
    message: 'The model "short" is damaged.',
    cause: expect.stringMatching(/model\.int8\.onnx has \d+ bytes instead of \d+.*model add short/),
  });
});

test.each([
  ['of another family', 'nemo-ctc', 'nemo-transducer'],
  ['of another family, the other way round', 'nemo-transducer', 'nemo-ctc'],
] as const)(
  'a model %s is refused with one sentence, and the next one is recognized all the same',
  async (_, given, family) => {
    const model = await added(`given-${given}`, given);
    const one = Object.values(model.files)[0] ?? '';
    const files = { encoder: one, decoder: one, joiner: one, model: one, tokens: model.files.tokens ?? '' };
    const wrong: Recognizer = { name: `wrong-${family}`, family, languages: ['en'], files };
    const request = { wav, speech, language: 'en' };
    await expect(recognizers.transcribe(wrong, request, { signal })).rejects.toMatchObject({
      code: 'damaged-model',
      message: `The model "wrong-${family}" is damaged.`,
    });
    const right = await recognizers.transcribe(model, request, { signal });
    expect(right.segments.flatMap(({ words }) => words)).toHaveLength(tones.length);
  },
);

test('a cancelled recording ends at once, and the next one is recognized', async () => {
  const model = await added('cancelled', 'nemo-ctc');
  const controller = new AbortController();
  const request = { wav, speech, language: 'en' };
  const running = recognizers.transcribe(model, request, {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('no longer wanted')),
  });
  await expect(running).rejects.toThrow('no longer wanted');
  const next = await recognizers.transcribe(model, request, { signal });
  expect(next.segments.length).toBeGreaterThan(0);
});
