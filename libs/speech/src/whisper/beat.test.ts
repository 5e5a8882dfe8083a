import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { wavOf } from '../wav/wav-of.js';
import { beatsOf } from './beat.js';

/** A vowel of 0.2 s at each of these seconds, with a loud hiss behind it, as in "yes". */
const chant = (seconds: readonly number[], length: number): Float32Array => {
  const samples = new Float32Array(length * sampleRate);
  let dice = 1;
  for (const second of seconds)
    for (let i = 0; i < 0.35 * sampleRate; i++) {
      const time = i / sampleRate;
      dice = (dice * 16_807) % 2_147_483_647;
      // The difference of noise lies above 4 kHz.
      const hiss = (i % 2 === 0 ? 1 : -1) * (dice / 2_147_483_647 - 0.5);
      const vowel = Math.sin(2 * Math.PI * 140 * time) + Math.sin(2 * Math.PI * 700 * time);
      const at = Math.round(second * sampleRate) + i;
      samples[at] = time < 0.2 ? 0.2 * Math.sin((Math.PI * time) / 0.2) * vowel : 0.2 * hiss;
    }
  return samples;
};

test('each vowel is a syllable, a hiss is none, and times are those of the window', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'beat-'));
  const path = join(folder, 'chant.wav');
  await writeFile(path, wavOf(chant([0.5, 1, 1.6, 2.1, 6], 7)));
  const wav = await openWav(path);
  const second = (from: number, to: number, at: number) => ({
    from: from * sampleRate,
    to: to * sampleRate,
    at: at * sampleRate,
  });
  const beats = await beatsOf(wav, [second(0, 3, 0), second(5.5, 7, 3)]);
  expect(beats).toHaveLength(5);
  for (const [index, expected] of [0.6, 1.1, 1.7, 2.2, 3.6].entries()) expect(beats[index]).toBeCloseTo(expected, 1);
  expect(await beatsOf(wav, [second(2.6, 5, 0)])).toEqual([]);
  await wav.close();
  await rm(folder, { recursive: true });
});
