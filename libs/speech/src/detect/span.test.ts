import { expect, test } from 'vitest';
import { widenSpans } from './span.js';

const options = { duration: 10, padding: 0.2, shortestGap: 0.3 };

test('spans grow on both sides, but not beyond the recording', () => {
  expect(
    widenSpans(
      [
        { start: 0.1, end: 2 },
        { start: 5, end: 9.9 },
      ],
      options,
    ),
  ).toEqual([
    { start: 0, end: 2.2 },
    { start: 4.8, end: 10 },
  ]);
});

test('spans that come close become one', () => {
  expect(
    widenSpans(
      [
        { start: 1, end: 2 },
        { start: 2.5, end: 3 },
        { start: 3.8, end: 4 },
      ],
      options,
    ),
  ).toEqual([
    { start: 0.8, end: 3.2 },
    { start: 3.5999999999999996, end: 4.2 },
  ]);
});

test('of no speech nothing is made', () => {
  expect(widenSpans([], options)).toEqual([]);
});
