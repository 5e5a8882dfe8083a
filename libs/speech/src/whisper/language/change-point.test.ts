import { expect, test } from 'vitest';
import type { Wav } from '../../wav/reader.js';
import { sampleRate } from '../../wav/sample-rate.js';
import type { Window } from '../window.js';
import { type Change, changePoint } from './change-point.js';

/** Sentences at seconds [start, end). */
const sentences: [number, number][] = [
  [0.5, 3],
  [3.9, 6],
  [6.8, 9],
  [9.6, 12],
];
const samples = Float32Array.from({ length: 12.5 * sampleRate }, (_, at) =>
  sentences.some(([start, end]) => at >= start * sampleRate && at < end * sampleRate) ? 0.3 * Math.sin(0.2 * at) : 0,
);
const wav: Wav = {
  length: samples.length,
  duration: samples.length / sampleRate,
  read: async (from, count) => samples.subarray(from, from + count),
  close: async () => undefined,
};
/** A sentence by itself is detected as Russian from a second on. */
const russianFrom = (second: number) => async (window: Window) => {
  const middle = ((window[0]?.from ?? 0) + (window[0]?.to ?? 0)) / 2 / sampleRate;
  return middle < second ? { en: 0.9, ru: 0.05 } : { en: 0.05, ru: 0.9 };
};
/** The second a change is found at that the parts suspect near one. */
const found = async (near: number, detect: (window: Window) => Promise<Record<string, number>>, given = {}) => {
  const change: Change = { from: 0, to: wav.length, near: near * sampleRate, before: 'en', after: 'ru', ...given };
  return (await changePoint(change, { wav, detect })) / sampleRate;
};

test.each([
  ['the third sentence is Russian', 6.2, 3.45, 6.4],
  ['the second one is', 3.2, 3.1, 3.45],
  ['only the last one is', 9.2, 5.5, 9.3],
])('a change stands before the first sentence in the other language: %s', async (_, second, near, at) => {
  expect(await found(near, russianFrom(second))).toBeCloseTo(at, 1);
});

test('where the parts name no language, the longest pause near by is the place, and nothing is detected for it', async () => {
  const unexpected = async () => {
    throw new Error('detected');
  };
  expect(await found(4.5, unexpected, { after: null })).toBeCloseTo(3.45, 1);
});

test('a change does not reach beyond the next one', async () => {
  expect(await found(4, russianFrom(20), { to: 6.2 * sampleRate })).toBeLessThan(6.2);
});
