import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { readBuilds } from './build.js';

// native/test/golden.cpp, compiled by `./whisper-bot test`, or `node setup/whisper/main.mjs native kernels`.
const pathOf = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

/** Name → largest difference from golden.json, which onnxruntime, kaldi-native-fbank and numpy computed (bench/golden/make.py). */
let differences: Record<string, number> = {};
beforeAll(async () => {
  const build = (await readBuilds(pathOf('.cache'))).find(({ suite }) => suite === 'kernels');
  const program = join(build?.folder ?? 'not compiled', 'golden');
  const args = [pathOf('models'), pathOf('samples/jfk.wav'), pathOf('libs/speech/native/test/golden.json')];
  differences = JSON.parse((await promisify(execFile)(program, args)).stdout);
});

// Networks are quantized to 13 bits, with sums of 31: that is where their differences come from.
test.each([
  ['speech', 'probabilities of Silero', 0.02],
  ['speakers', 'probabilities of three local speakers', 0.03],
  ['features', "Kaldi's filter bank, natural logarithms", 5e-3],
  ['embedding', 'the speaker embedding, one less the cosine', 1e-3],
  ['spectrogram', "Whisper's spectrogram", 1e-4],
  ['starts', 'starts of aligned tokens, positions', 0],
] as const)('%s (%s) are those of an independent implementation', (name, _what, tolerance) => {
  expect(differences[name]).toBeLessThanOrEqual(tolerance);
});
