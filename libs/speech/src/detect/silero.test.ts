import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
