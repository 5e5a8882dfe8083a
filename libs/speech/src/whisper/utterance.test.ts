import { expect, test } from 'vitest';
import type { Wav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { groupsOf, utterancesOf } from './utterance.js';

/** Beeps at seconds [start, end) over a hiss of some level. */
const recording = (seconds: number, beeps: readonly [number, number][], hiss: number): Wav => {
  const samples = Float32Array.from({ length: seconds * sampleRate }, (_, at) => {
    const inside = beeps.some(([start, end]) => at >= start * sampleRate && at < end * sampleRate);
    return (inside ? 0.3 * Math.sin(0.2 * at) : 0) + (at % 2 === 0 ? hiss : -hiss);
  });
  return {
    length: samples.length,
    duration: seconds,
    read: async (from, count) => samples.subarray(from, from + count),
    close: async () => undefined,
  };
};
const whole = (wav: Wav) => [{ from: 0, to: wav.length, at: 0 }];
const beeps: [number, number][] = [
  [0.5, 0.9],
  [1.2, 1.3],
  [1.38, 1.6],
  [2.5, 3],
];

test.each([0, 0.001])(
  'pauses divide speech into utterances, and no stop within a word does (hiss %d)',
  async (hiss) => {
    const wav = recording(4, beeps, hiss);
    const found = await utterancesOf(wav, whole(wav));
    const times = found.map(({ start, end }) => [start, end].map((seconds) => Math.round(seconds * 20) / 20));
    expect(times).toEqual([
      [0.5, 0.9],
      [1.2, 1.6],
      [2.5, 3],
    ]);
  },
);

test('in noise no pause is found', async () => {
  const wav = recording(4, beeps, 0.2);
  expect(await utterancesOf(wav, whole(wav))).toEqual([{ start: 0, end: 4 }]);
});

test('groups are divided at the longest pauses first', () => {
  const at = (...starts: number[]) => starts.map((start) => ({ start, end: start + 0.5 }));
  expect(groupsOf(at(0, 1, 2, 3, 6), 3)).toEqual([
    { start: 0, end: 1.5 },
    { start: 2, end: 3.5 },
    { start: 6, end: 6.5 },
  ]);
  expect(groupsOf(at(0, 1), 3)).toEqual([{ start: 0, end: 1.5 }]);
  expect(groupsOf([], 3)).toEqual([]);
});
