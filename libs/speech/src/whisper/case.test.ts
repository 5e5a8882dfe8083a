import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { wordErrorRate } from '@whisper-bot/testing';
import type { Recognition } from '@whisper-bot/transcript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFfmpegDecoder } from '../decode/ffmpeg.js';
import { createSileroDetector } from '../detect/silero.js';
import { createWhisperTranscriber } from './transcriber.js';

const root = new URL('../../../../', import.meta.url);
const cacheDir = fileURLToPath(new URL('.cache', root));
const modelsDir = fileURLToPath(new URL('models', root));
const logger = createLogger({ name: 'test', level: 'silent' });
const never = { signal: new AbortController().signal };

const transcriber = createWhisperTranscriber({
  cacheDir,
  modelPath: () => join(modelsDir, 'ggml-base-q8_0.bin'),
  threads: 2,
  logger,
});
const detector = createSileroDetector({ modelsDir, cacheDir, logger });
const decoder = createFfmpegDecoder({});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whisper-case-'));
});
afterAll(async () => {
  await Promise.all([transcriber.close(), detector.close()]);
  await rm(folder, { recursive: true });
});

/** What a worker does with a recording of the samples, the language found unless it is given. */
const recognize = async (name: string, given?: string, languageHints: string[] = []): Promise<Recognition> => {
  const wav = join(folder, `${name}.wav`);
  await decoder.decode(fileURLToPath(new URL(`samples/cases/${name}`, root)), wav, never);
  const speech = await detector.detect(wav, never);
  const language =
    given ?? (await transcriber.detectLanguage({ wav, speech, model: 'base', languageHints }, never)).language;
  const request = { wav, speech, model: 'base', language, translate: false, prompt: '' };
  return transcriber.transcribe({ ...request, languageHints, followLanguages: given === undefined }, never);
};

/** The text in one language, or of all. */
const textOf = ({ segments, language }: Recognition, only?: string): string =>
  segments
    .filter((segment) => only === undefined || (segment.language ?? language) === only)
    .flatMap(({ words }) => words.map(({ text }) => text))
    .join(' ');

const dialogue =
  'Good morning and thanks for joining the call. Did you get a chance to read the report I sent yesterday? I did. The numbers look better than last month, but I am still worried about the delivery dates. Which of the dates worries you the most? The warehouse in Hamburg. They promised the second week of March and nobody has confirmed it since then. I spoke with Hamburg this morning. They can ship half of the order on Monday and the rest one week later. That would work for us. Can you ask them to put it in writing? Yes, I will send them a letter today.';
const jfk =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';
const farCall =
  "Hello, this is the help desk. How may I help you today? Good morning. My internet connection has been down since yesterday evening. I am sorry to hear that. Could you tell me your customer number please? Yes, it is 4711. The router shows a red light. Thank you. I will send a technician tomorrow at 9 o'clock.";
const plan =
  'Доброе утро. Сегодня мы обсудим план перехода от монолита к микросервисам. Бот скачивает файл и публикует задачу в очередь.';

describe('a word or two alone in a recording', () => {
  test('«Да, хорошо.» is Russian', async () => {
    const recognition = await recognize('short-da.wav');
    expect(recognition.language).toBe('ru');
    expect(textOf(recognition)).toMatch(/^Да,? хорошо\.?$/i);
    const [first] = recognition.segments;
    expect(first?.start).toBeGreaterThan(0.6);
    expect(recognition.segments.at(-1)?.end).toBeLessThan(2);
  });

  test.each([
    ['the language is given', 'ru', []],
    ['the person speaks it', undefined, ['ru', 'en']],
  ])('«Да, хорошо.», where %s', async (_, given, hints) => {
    expect(textOf(await recognize('short-da.wav', given, hints))).toMatch(/^Да,? хорошо\.?$/i);
  });

  test('"No." is what it says, and a word cut out of a speech is some words', async () => {
    expect(textOf(await recognize('short-no.wav'))).toMatch(/^No\.?$/i);
    expect(textOf(await recognize('short-country.wav'))).not.toBe('');
  });
});

test('a call whose far side is faint has every turn whole', async () => {
  const text = textOf(await recognize('quiet-far-side.flac', 'en'));
  expect(wordErrorRate(farCall, text).rate).toBeLessThanOrEqual(0.12);
});

describe('a recording in two languages is written in both', () => {
  test.each([
    ['switch-en-ru.flac', { en: dialogue, ru: `${plan} ${plan}` }],
    ['switch-ru-en.flac', { ru: plan, en: jfk }],
  ])('%s', async (name, expected) => {
    const recognition = await recognize(name);
    expect(wordErrorRate(expected.en, textOf(recognition, 'en')).rate).toBeLessThanOrEqual(0.06);
    expect(wordErrorRate(expected.ru, textOf(recognition, 'ru')).rate).toBeLessThanOrEqual(0.4);
    expect(recognition.removed).toBeUndefined();
  });

  test('a last sentence that is too short to be sure of', async () => {
    const recognition = await recognize('switch-last-sentence.flac');
    const english = 'My sister moved to another city last summer. She works in a small hospital near the river.';
    expect(wordErrorRate(english, textOf(recognition, 'en')).rate).toBe(0);
    expect(textOf(recognition, 'ru')).toMatch(/^Вчера мы /);
  });

  test('and no sentence is divided where the language changes', async () => {
    const recognition = await recognize('switch-and-back.flac');
    const english =
      'My sister moved to another city last summer. She works in a small hospital near the river. We visit her every second weekend. Could you call the plumber this afternoon?';
    expect(wordErrorRate(english, textOf(recognition, 'en')).rate).toBe(0);
    expect(textOf(recognition, 'ru')).toMatch(/^Сегодня мы обсудим новый план.* на следующий месяц\.$/);
  });

  test('unless the language is given', async () => {
    const recognition = await recognize('switch-ru-en.flac', 'ru');
    expect(new Set(recognition.segments.map(({ language }) => language))).toEqual(new Set([undefined]));
  });
});

describe('what was spoken again and again is written as often', () => {
  test('six sentences', async () => {
    const expected = 'I will not talk in class. '.repeat(6).trim();
    expect(wordErrorRate(expected, textOf(await recognize('repeat-lines.flac'))).rate).toBe(0);
  });

  test('a single word, and what comes after it', async () => {
    const text = textOf(await recognize('repeat-push.flac')).toLowerCase();
    expect(text.match(/push/g)).toHaveLength(8);
    expect(text).toMatch(/and rest\.?$/);
  });

  test('ten sentences, each where it was spoken', async () => {
    const { segments } = await recognize('repeat-ten-lines.flac');
    const words = segments.flatMap((segment) => segment.words);
    const line = ['I', 'will', 'be', 'quiet', 'in', 'the', 'library.'];
    expect(words.map(({ text }) => text)).toEqual(Array(10).fill(line).flat());
    // Each takes 1.78 s, and 0.82 s later comes the next.
    for (let index = 0; index < 10; index++)
      expect(Math.abs((words[index * line.length]?.start ?? 0) - (1.8 + 2.6 * index))).toBeLessThan(0.5);
  });

  test('five sentences in Russian, of which the model would write one', async () => {
    expect(textOf(await recognize('repeat-five-russian.flac')).match(/Мы обсудим план/g)).toHaveLength(5);
  });

  test('what follows a chant is not lost with it', async () => {
    expect(textOf(await recognize('chant-then-sentence.flac'))).toMatch(
      / My sister moved to another city last summer\.$/,
    );
  });
});
