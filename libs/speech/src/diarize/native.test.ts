import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import type { SpeakerCount } from '@whisper-bot/task';
import { diarizationErrorRate } from '@whisper-bot/testing';
import { afterAll, expect, test } from 'vitest';
import type { CallContext, Span } from '../contract.js';
import { createSileroDetector } from '../detect/silero.js';
import { wavOf } from '../wav/wav-of.js';
import { shippedDiarizationModels } from './diarization.js';
import { createNativeDiarizer } from './native.js';

const file = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const logger = createLogger({ name: 'test', level: 'silent' });
const open = (threads: number) =>
  createNativeDiarizer({ models: shippedDiarizationModels(file('models')), cacheDir: file('.cache'), threads, logger });
const diarizer = open(2);
const detector = createSileroDetector({ modelsDir: file('models'), cacheDir: file('.cache'), logger });
afterAll(() => Promise.all([diarizer.close(), detector.close()]));
const context = { signal: new AbortController().signal };
const diarize = async (wav: string, speakers: SpeakerCount = { kind: 'auto' }, more: Partial<CallContext> = {}) =>
  diarizer.diarize({ wav, speech: await detector.detect(wav, context), speakers }, { ...context, ...more });

const dialogue = file('samples/dialogue-3-speakers.wav');
const reference: { speaker: string; start: number; end: number }[] = JSON.parse(
  readFileSync(file('samples/dialogue-3-speakers.json'), 'utf8'),
);

test('three speakers, all eight turns right, and progress on the way', async () => {
  const fractions: number[] = [];
  const result = await diarize(dialogue, { kind: 'auto' }, { onProgress: (fraction) => fractions.push(fraction) });
  expect(result.speakers).toBe(3);
  // Stock sherpa-onnx: 8.4 %.
  expect(diarizationErrorRate(reference, result.turns).rate).toBeLessThan(0.084);
  const names = new Map<string, number>();
  for (const { speaker, start, end } of reference) {
    const overlap = (turn: { start: number; end: number }) => Math.min(end, turn.end) - Math.max(start, turn.start);
    const turn = result.turns.toSorted((a, b) => overlap(b) - overlap(a))[0];
    if (!names.has(speaker)) names.set(speaker, turn?.speaker ?? -1);
    expect(turn?.speaker, `${speaker} at ${start}`).toBe(names.get(speaker));
  }
  expect(new Set(names.values()).size).toBe(3);
  expect(fractions.length).toBeGreaterThan(1);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
});

test('a given number of speakers is kept to', async () => {
  expect((await diarize(dialogue, { kind: 'exactly', count: 2 })).speakers).toBe(2);
  expect((await diarize(dialogue, { kind: 'at-most', count: 1 })).speakers).toBe(1);
});

test('one core gives the same turns as two', async () => {
  const slow = open(1);
  try {
    const request = { wav: dialogue, speech: [{ start: 0, end: 12 }], speakers: { kind: 'auto' } as const };
    expect(await slow.diarize(request, context)).toEqual(await diarizer.diarize(request, context));
  } finally {
    await slow.close();
  }
});

test('without detected speech nothing is processed', async () => {
  const turnsWithin = async (speech: Span[]) =>
    (await diarizer.diarize({ wav: dialogue, speech, speakers: { kind: 'auto' } }, context)).turns;
  expect(await turnsWithin([])).toEqual([]);
  const turns = await turnsWithin([{ start: 0, end: 2 }]);
  expect(turns.length).toBeGreaterThan(0);
  // The windows that hold some of it are analysed whole: 10 s.
  for (const { end } of turns) expect(end).toBeLessThan(10.1);
});

test('silence and a snippet have no speakers, even where a detector thought so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'diarize-'));
  try {
    for (const seconds of [0.05, 12]) {
      const wav = join(folder, 'quiet.wav');
      await writeFile(wav, wavOf(new Float32Array(16_000 * seconds)));
      const request = { wav, speech: [{ start: 0, end: seconds }], speakers: { kind: 'auto' } as const };
      expect(await diarizer.diarize(request, context)).toMatchObject({ speakers: 0, turns: [] });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('cancelling in the middle ends the call, and the next one works', async () => {
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('enough'));
  const cancellable = { signal: controller.signal, onProgress };
  await expect(diarize(dialogue, { kind: 'auto' }, cancellable)).rejects.toThrow('enough');
  expect((await diarize(file('samples/jfk.wav'))).speakers).toBe(1);
});

const shared = file('../shared/audio');
test.skipIf(!existsSync(shared))(
  'real recordings are diarized better than by the stock pipeline (needs audio kept elsewhere)',
  async () => {
    const rttm = (path: string) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line.split(/\s+/))
        .filter(([kind]) => kind === 'SPEAKER')
        .map((part) => ({ start: Number(part[3]), end: Number(part[3]) + Number(part[4]), speaker: part[7] ?? '' }));
    const rateOf = async (names: string[]) => {
      let [wrong, total] = [0, 0];
      for (const name of names) {
        const { turns } = await diarize(join(shared, `${name}.wav`));
        const score = diarizationErrorRate(rttm(join(shared, `${name}.rttm`)), turns);
        wrong += score.missed + score.falseAlarm + score.confusion;
        total += score.total;
      }
      return wrong / total;
    };
    expect(await rateOf(['conversation-30s'])).toBeLessThan(0.063);
    expect(await rateOf([1, 2, 3, 4, 5].map((n) => `meetings/trn0${n}`))).toBeLessThan(0.188);
  },
);
