import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Span } from '../contract.js';
import { createFfmpegDecoder } from '../decode/ffmpeg.js';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { wavOf } from '../wav/wav-of.js';
import { createSileroDetector } from './silero.js';

const root = new URL('../../../../', import.meta.url);
const sample = (name: string) => fileURLToPath(new URL(`samples/${name}`, root));
const context = { signal: new AbortController().signal };
const detector = createSileroDetector({
  modelsDir: fileURLToPath(new URL('models', root)),
  cacheDir: fileURLToPath(new URL('.cache', root)),
  logger: createLogger({ name: 'test', level: 'silent' }),
});
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'detect-'));
});
afterAll(async () => {
  await detector.close();
  await rm(folder, { recursive: true });
});

test('every turn of a dialogue is found, no word of it clipped', async () => {
  const spans = await detector.detect(sample('dialogue-3-speakers.wav'), context);
  const turns = JSON.parse(await readFile(sample('dialogue-3-speakers.json'), 'utf8'));
  for (const { start, end } of turns) {
    const covered = spans.reduce(
      (sum, span) => sum + Math.max(0, Math.min(end, span.end) - Math.max(start, span.start)),
      0,
    );
    expect(covered / (end - start)).toBeGreaterThan(0.9);
  }
  for (const [index, span] of spans.entries()) {
    expect(span.end).toBeGreaterThan(span.start);
    if (index > 0) expect(span.start).toBeGreaterThan(spans[index - 1]?.end ?? 0);
  }
});

test.each([
  ['faint', (sample: number) => sample * 0.01],
  [
    'beneath a hum',
    (sample: number, at: number) => sample * 0.1 + 0.3 * Math.sin((2 * Math.PI * 100 * at) / sampleRate),
  ],
])('a voice that is %s is found where the clear one is', async (name, spoil) => {
  const clear = await detector.detect(sample('jfk.wav'), context);
  const wav = await openWav(sample('jfk.wav'));
  const samples = await wav.read(0, wav.length);
  await wav.close();
  await writeFile(join(folder, `${name}.wav`), wavOf(samples.map(spoil)));
  const found = await detector.detect(join(folder, `${name}.wav`), context);
  const both = clear.flatMap((a) => found.map((b) => Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start))));
  const length = (spans: typeof clear) => spans.reduce((sum, { start, end }) => sum + end - start, 0);
  expect(both.reduce((sum, part) => sum + part) / length(clear)).toBeGreaterThan(0.9);
  expect(length(found) / length(clear)).toBeLessThan(1.15);
});

const covered = (spans: readonly Span[], start: number, end: number) =>
  spans.reduce((sum, span) => sum + Math.max(0, Math.min(end, span.end) - Math.max(start, span.start)), 0) /
  (end - start);
/** White, from a linear congruential generator (constants of Numerical Recipes). */
const noise = (length: number, level: number) => {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (level * state) / 2 ** 31;
  });
};
const joined = (...parts: Float32Array[]) => {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};
const samplesOf = async (path: string) => {
  const wav = await openWav(path);
  const samples = await wav.read(0, wav.length);
  await wav.close();
  return samples;
};
const detect = async (samples: Float32Array) => {
  const path = join(folder, 'made.wav');
  await writeFile(path, wavOf(samples));
  return detector.detect(path, context);
};

// Where the words are, by ear and level.
test.each([
  ['cases/short-no.wav', 1.24, 1.56],
  ['cases/short-country.wav', 1.45, 2.15],
  ['cases/short-da.wav', 0.83, 1.55],
])('a short reply alone in silence is found: %s', async (name, start, end) => {
  const spans = await detector.detect(sample(name), context);
  expect(covered(spans, start, end)).toBeGreaterThan(0.8);
});

describe('one word, wherever and however loud', () => {
  const second = 16_000;
  let word: Float32Array;
  let loudest: number;
  beforeAll(async () => {
    word = (await samplesOf(sample('cases/short-no.wav'))).slice(1.2 * second, 1.6 * second);
    loudest = word.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  });

  test.each([-1, -6, -12, -20, -30, -40])('its peak at %i dB', async (decibels) => {
    const factor = 10 ** (decibels / 20) / loudest;
    const scaled = word.map((value) => value * factor);
    for (const [before, after] of [
      [0.2, 0.2],
      [2, 0.3],
      [0.5, 20],
    ] as const) {
      const spans = await detect(joined(new Float32Array(before * second), scaled, new Float32Array(after * second)));
      expect(covered(spans, before + 0.05, before + 0.35), `${before} s before, ${after} s after`).toBeGreaterThan(0.8);
    }
  });

  test('in twenty minutes of silence and of the last bit of noise', async () => {
    for (const level of [0, 0.00004]) {
      const spans = await detect(joined(noise(600 * second, level), word, noise(600 * second, level)));
      expect(covered(spans, 600.05, 600.35)).toBeGreaterThan(0.8);
      expect(spans.length).toBe(1);
    }
  });

  test('beside a voice 30 dB louder, before and after it', async () => {
    const loud = await samplesOf(sample('jfk.wav'));
    const quiet = joined(
      new Float32Array(second),
      word.map((value) => (value * 0.03) / loudest),
      new Float32Array(second),
    );
    const after = await detect(joined(loud, quiet));
    expect(covered(after, loud.length / second + 1.05, loud.length / second + 1.35)).toBeGreaterThan(0.8);
    expect(covered(await detect(joined(quiet, loud)), 1.05, 1.35)).toBeGreaterThan(0.8);
  });
});

test('a speech before 25 minutes of silence is found whole, from its first words', async () => {
  const speech = await samplesOf(sample('jfk.wav'));
  const alone = await detector.detect(sample('jfk.wav'), context);
  expect(alone[0]?.start).toBeLessThan(0.4);
  expect(await detect(joined(speech, new Float32Array(16_000 * 1500)))).toEqual(alone);
});

test('of the quiet far side of a call every turn is found from its first word', async () => {
  const path = join(folder, 'far.wav');
  await createFfmpegDecoder().decode(sample('cases/quiet-far-side.flac'), path, context);
  const spans = await detector.detect(path, context);
  for (const [start, end] of [
    [0.4, 3.7],
    [4.2, 5.7],
    [5.9, 13.2],
    [13.6, 15.9],
    [16.2, 21.7],
  ] as const) {
    expect(covered(spans, start, start + 0.3), `the beginning of ${start}`).toBeGreaterThan(0.9);
    expect(covered(spans, start, end), `the turn at ${start}`).toBeGreaterThan(0.9);
  }
});

test('tones, music and bursts of noise are no speech at any level', async () => {
  const length = 16_000 * 12;
  const tone = (hertz: number, i: number) => Math.sin((2 * Math.PI * hertz * i) / 16_000);
  const second = (i: number) => i / 16_000;
  const sounds: Record<string, (i: number) => number> = {
    'a ring': (i) => (second(i) % 5 < 1 ? tone(425, i) : 0),
    busy: (i) => (second(i) % 1 < 0.5 ? (tone(480, i) + tone(620, i)) / 2 : 0),
    bursts: (i) => (second(i) % 0.7 < 0.1 ? Math.sin(i * i * 0.37) : 0),
    chord: (i) => ((tone(220, i) + tone(277, i) + tone(330, i)) / 3) * Math.exp(-4 * (second(i) % 0.5)),
  };
  for (const [name, sound] of Object.entries(sounds))
    for (const level of [0.5, 0.05, 0.004]) {
      const samples = Float32Array.from({ length }, (_, i) => level * sound(i));
      expect(await detect(samples), `${name} at ${level}`).toEqual([]);
    }
});

test('silence and noise are no speech', async () => {
  const quiet = new Float32Array(16_000 * 20);
  const noise = Float32Array.from(quiet, (_, i) => 0.05 * Math.sin(i * i * 0.37));
  const hiss = noise.map((value) => value * 0.01);
  for (const [name, samples] of Object.entries({ quiet, noise, hiss })) {
    await writeFile(join(folder, `${name}.wav`), wavOf(samples));
    expect(await detector.detect(join(folder, `${name}.wav`), context)).toEqual([]);
  }
});

test('speech between long silences keeps its place, and progress rises to the end', async () => {
  const speech = (await readFile(sample('jfk.wav'))).subarray(-11 * 32_000);
  const silence = Buffer.alloc(32_000 * 60);
  const header = Buffer.from(wavOf(new Float32Array(16_000 * 131)).subarray(0, 44));
  await writeFile(join(folder, 'far.wav'), Buffer.concat([header, silence, speech, silence]));
  const fractions: number[] = [];
  const spans = await detector.detect(join(folder, 'far.wav'), { ...context, onProgress: (f) => fractions.push(f) });
  expect(spans[0]?.start).toBeGreaterThan(59.5);
  expect(spans[0]?.start).toBeLessThan(60.6);
  expect(spans.at(-1)?.end).toBeGreaterThan(69);
  expect(spans.at(-1)?.end).toBeLessThan(71.5);
  expect(fractions.at(-1)).toBe(1);
});

test('a recording shorter than one step is no speech', async () => {
  await writeFile(join(folder, 'short.wav'), wavOf(new Float32Array(100)));
  expect(await detector.detect(join(folder, 'short.wav'), context)).toEqual([]);
});
