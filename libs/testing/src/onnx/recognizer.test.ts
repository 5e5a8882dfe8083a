import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TemporaryDirectory, temporaryDirectory } from '../temporary-directory.js';
import {
  autoregressiveFamilies,
  frameSynchronousFamilies,
  type RecognizerFamily,
  recognizerWords,
  writeRecognizer,
} from './recognizer.js';
import { fixedSentence, fixedSentences } from './sentence.js';
import { recognizerConfig } from './test/config.js';
import type { Order, Recognized } from './test/recognize.js';
import type { Tone } from './tone.js';

const recognizeScript = fileURLToPath(new URL('../../dist/onnx/test/recognize.js', import.meta.url));

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory('recognizers');
});
afterAll(() => directory.remove());

const conversation: readonly Tone[] = [
  { pitch: 'low', start: 0.5, end: 1.1 },
  { pitch: 'high', start: 1.6, end: 2.2 },
  { pitch: 'low', start: 2.8, end: 3.4 },
  { pitch: 'low', start: 3.8, end: 4.4 },
  { pitch: 'high', start: 4.4, end: 5 },
];

async function order(family: RecognizerFamily, recordings: Order['recordings'], language?: string): Promise<Order> {
  const folder = `${directory.path}/${family}`;
  await writeRecognizer(folder, family);
  return { config: recognizerConfig(folder, family, language), recordings };
}

async function recognize(...orders: readonly Promise<Order>[]): Promise<Recognized[]> {
  const argument = JSON.stringify(await Promise.all(orders));
  const { stdout } = await promisify(execFile)(process.execPath, [recognizeScript, argument]);
  return JSON.parse(stdout) as Recognized[];
}

test.each(frameSynchronousFamilies)(
  '%s: each tone is its word, where the tone is; silence is nothing',
  async (family) => {
    const words = recognizerWords[family];
    const [spoken, throughout, silence, blink] = await recognize(
      order(family, [
        { seconds: 5.5, tones: conversation },
        { seconds: 1.2, tones: [{ pitch: 'high', start: 0, end: 1.2 }] },
        { seconds: 2, tones: [] },
        { seconds: 0.03, tones: [] },
      ]),
    );
    expect(spoken?.text).toBe(conversation.map(({ pitch }) => words[pitch]).join(' '));
    expect(throughout?.text).toBe(words.high);
    expect(silence).toMatchObject({ text: '', tokens: [], timestamps: [] });
    expect(blink).toMatchObject({ text: '', tokens: [], timestamps: [] });

    const { tokens, timestamps } = spoken as Recognized;
    expect(timestamps).toHaveLength(tokens.length);
    expect(tokens.join('').trim()).toBe(spoken?.text);
    const beginnings = tokens.flatMap((token, at) =>
      at === 0 || token.startsWith(' ') ? [timestamps[at] as number] : [],
    );
    expect(beginnings).toHaveLength(conversation.length);
    for (const [at, { start }] of conversation.entries())
      expect(Math.abs((beginnings[at] as number) - start)).toBeLessThan(0.2);
  },
);

test.each(autoregressiveFamilies)('%s: any sound is the sentence, silence is nothing', async (family) => {
  const results = await recognize(
    order(family, [
      { seconds: 5.5, tones: conversation },
      { seconds: 2, tones: [{ pitch: 'high', start: 1, end: 1.5 }] },
      { seconds: 2, tones: [] },
      { seconds: 0.03, tones: [] },
    ]),
  );
  expect(results.map(({ text }) => text.trim())).toEqual([fixedSentence, fixedSentence, '', '']);
  expect(results.map(({ tokens }) => tokens.length)).toEqual([4, 4, 0, 0]);
});

const onlyTone: Order['recordings'] = [{ seconds: 2, tones: [{ pitch: 'low', start: 0.5, end: 1 }] }];

test('canary: writes in the language it is asked for', async () => {
  const results = await recognize(...Object.keys(fixedSentences).map((code) => order('canary', onlyTone, code)));
  expect(results.map(({ text }) => text.trim())).toEqual(Object.values(fixedSentences));
});

test('whisper-onnx and sense-voice: name the language, which is English unless another is asked for', async () => {
  const results = await recognize(
    order('whisper-onnx', onlyTone),
    order('whisper-onnx', onlyTone, 'de'),
    order('sense-voice', onlyTone),
    order('sense-voice', onlyTone, 'ja'),
  );
  expect(results.map(({ lang }) => lang)).toEqual(['en', 'de', '<|en|>', '<|ja|>']);
});
