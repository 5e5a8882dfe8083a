import { expect, test } from 'vitest';
import { sampleRate } from '../wav/sample-rate.js';
import { margin, pack, widen, windowLength, windowSamples } from './window.js';

const seconds = (from: number, to: number) => ({ from: from * sampleRate, to: to * sampleRate });

test('speech keeps a margin of silence; what then touches is one', () => {
  expect(
    widen([
      { start: 0.1, end: 1 },
      { start: 1.3, end: 2 },
      { start: 5, end: 6 },
    ]),
  ).toEqual([
    { from: 0, to: 2 * sampleRate + margin },
    { from: 5 * sampleRate - margin, to: 6 * sampleRate + margin },
  ]);
});

test('intervals fill windows in order, none is longer than 30 s', () => {
  const windows = pack([seconds(0, 20), seconds(30, 40), seconds(50, 51), seconds(60, 75)]);
  expect(windows.map((window) => window.map(({ from, at }) => [from / sampleRate, at / sampleRate]))).toEqual([
    [
      [0, 0],
      [30, 20],
    ],
    [
      [50, 0],
      [60, 1],
    ],
  ]);
  for (const window of windows) expect(windowLength(window)).toBeLessThanOrEqual(windowSamples);
});

test('no speech, no window', () => {
  expect(pack(widen([]))).toEqual([]);
});
