import { expect, test } from 'vitest';
import { createTimeline } from './timeline.js';

const second = 16_000;
const packet = second / 50;
/** Gaps in seconds, of packets of 20 ms that begin at these seconds. */
const gapsOf = (starts: readonly number[], duration: number | null = 100) => {
  const timeline = createTimeline({ duration });
  for (const start of starts) timeline.add(start * second, packet);
  return timeline.gaps().map(({ at, length }) => [at / second, Math.round((1000 * length) / second) / 1000]);
};
const packets = (from: number, to: number) =>
  Array.from({ length: Math.round((to - from) * 50) }, (_, index) => from + index / 50);

test('sound without holes has none, whatever its encoder is late by', () => {
  expect(gapsOf(packets(0, 3))).toEqual([]);
  expect(gapsOf(packets(0.092, 3))).toEqual([]);
  expect(gapsOf(packets(-0.02, 3))).toEqual([]);
});

test('sound that begins later and packets that are missing leave silence', () => {
  expect(gapsOf(packets(5, 8))).toEqual([[0, 5]]);
  expect(gapsOf([...packets(1, 3), ...packets(13, 15), ...packets(15.5, 16)])).toEqual([
    [0, 1],
    [2, 10],
    [4, 0.5],
  ]);
});

test('one damaged time moves nothing', () => {
  expect(gapsOf([...packets(0, 2), 50, ...packets(2.02, 4)])).toEqual([]);
  expect(gapsOf([...packets(0, 2), Number.NaN, ...packets(2.02, 4)])).toEqual([]);
  expect(gapsOf([...packets(0, 2), 0, ...packets(2.02, 4)])).toEqual([]);
});

test('a jump beyond the end of the file is another clock: the sound goes on', () => {
  expect(gapsOf([...packets(0, 2), ...packets(90_000, 90_002)])).toEqual([]);
  expect(gapsOf([...packets(0, 2), ...packets(90_000, 90_002)], null)).toEqual([]);
  expect(gapsOf([...packets(0, 2), ...packets(90_000, 90_002), ...packets(90_005, 90_006)])).toEqual([[4, 3]]);
});

test('timestamps that restart continue, and gaps after that are found', () => {
  expect(gapsOf([...packets(0, 10), ...packets(0, 5), ...packets(8, 9)])).toEqual([[15, 3]]);
});

test('times that tremble leave no holes', () => {
  expect(gapsOf(packets(0, 5).map((start, index) => start + 0.08 * Math.sin(index)))).toEqual([]);
});

test('a file of a single packet keeps its place', () => {
  expect(gapsOf([5])).toEqual([[0, 5]]);
});
