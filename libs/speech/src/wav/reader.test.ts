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

test('a piece is what was written there, and ends with the recording', async () => {
  const near = (piece: Float32Array, from: number, to: number) => {
    expect(piece).toHaveLength(to - from);
    for (const [i, sample] of piece.entries()) expect(sample).toBeCloseTo(samples[from + i] as number, 4);
  };
  near(await wav.read(250, 500), 250, 750);
  near(await wav.read(970, 100), 970, 1000);
  expect(await wav.read(5000, 100)).toHaveLength(0);
});
