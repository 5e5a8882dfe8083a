import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWav, type Wav } from './reader.js';
import { wavOf } from './wav-of.js';

const samples = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i / 7) / 2);
let folder: string;
let wav: Wav;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wav-'));
  await writeFile(join(folder, 'sine.wav'), wavOf(samples));
  wav = await openWav(join(folder, 'sine.wav'));
});
afterAll(async () => {
  await wav.close();
  await rm(folder, { recursive: true });
});

test('a piece read into memory one has is the piece read anew, and its neighbours are left alone', async () => {
  const memory = new Float32Array(700).fill(9);
  await wav.readInto(250, memory.subarray(100, 600));
  expect(memory.slice(100, 600)).toEqual(await wav.read(250, 500));
  expect(new Set([...memory.slice(0, 100), ...memory.slice(600)])).toEqual(new Set([9]));
});

test('beyond the end there is silence', async () => {
  const memory = new Float32Array(100).fill(9);
  await wav.readInto(970, memory);
  expect(memory.slice(0, 30)).toEqual(await wav.read(970, 30));
  expect(new Set(memory.slice(30))).toEqual(new Set([0]));
  await wav.readInto(5000, memory.fill(9));
  expect(new Set(memory)).toEqual(new Set([0]));
});
