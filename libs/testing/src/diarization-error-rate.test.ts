import { expect, test } from 'vitest';
import { assign, diarizationErrorRate } from './diarization-error-rate.js';

const turns = (...list: [string, number, number][]) => list.map(([speaker, start, end]) => ({ speaker, start, end }));

test('names do not matter, and a perfect answer has no error', () => {
  const reference = turns(['a', 0, 5], ['b', 4, 8]);
  expect(diarizationErrorRate(reference, turns(['x', 4, 8], ['y', 0, 5]))).toMatchObject({ rate: 0, total: 9 });
});

// The expected values are what pyannote.metrics 4.2.0 says (DiarizationErrorRate, collar 0, overlap scored).
test.each([
  [turns(['a', 0, 10], ['b', 12, 20]), turns(['x', 0, 11], ['y', 12, 15], ['x', 15, 20]), 6 / 18],
  [turns(['a', 0, 10], ['b', 5, 9], ['c', 9, 12]), turns(['x', 0, 6], ['y', 6, 14]), 10 / 17],
  [turns(['a', 0, 4]), [], 1],
])('misses, false alarms and confusions are what the reference scorer finds (%#)', (reference, hypothesis, rate) => {
  expect(diarizationErrorRate(reference, hypothesis).rate).toBeCloseTo(rate, 9);
});

test('speech in silence is an infinite rate, silence in silence none', () => {
  expect(diarizationErrorRate([], turns(['a', 0, 1])).rate).toBe(Number.POSITIVE_INFINITY);
  expect(diarizationErrorRate([], []).rate).toBe(0);
});

test('speakers are matched for the best sum, not greedily', () => {
  expect(
    assign([
      [9, 8, 0],
      [8, 1, 0],
    ]),
  ).toEqual([1, 0]);
  expect(assign([[1], [5], [3]])).toEqual([-1, 0, -1]);
});
