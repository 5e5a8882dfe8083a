import { expect, test } from 'vitest';
import { medianOf, rowsOf, tableOf } from './table.mjs';

const faults = [
  { name: 'bot killed', recovery: 2, orphaned: 0, inWork: null },
  { name: 'bot killed', recovery: 4, orphaned: 1, inWork: 21 },
  { name: 'Redis emptied', recovery: null, orphaned: 0, inWork: null },
];
const verdicts = [
  { verdict: 'ok', fault: null },
  { verdict: 'lost', fault: 'bot killed' },
  { verdict: 'stuck', fault: null },
];

test('a row for each kind, then all, then what no fault explains', () => {
  const rows = rowsOf(faults, verdicts);
  expect(rows.map(({ name, tried, lost, stuck, orphaned }) => [name, tried, lost, stuck, orphaned])).toEqual([
    ['Redis emptied', 1, 0, 0, 0],
    ['bot killed', 2, 1, 0, 1],
    ['all', 3, 1, 1, 1],
    ['no fault', 0, 0, 1, 0],
  ]);
  expect(rows[1]).toMatchObject({ median: 3, worst: 4, inWork: 21 });
});

test('a probe that never came back is no quick recovery', () => {
  expect(rowsOf(faults, [])[0]).toMatchObject({ median: Number.POSITIVE_INFINITY, worst: Number.POSITIVE_INFINITY });
  expect(tableOf(rowsOf(faults, []))).toMatch(/Redis emptied .* never \| +never \| +– \|/);
});

test('the median of none, of an odd and of an even number', () => {
  expect([medianOf([]), medianOf([3, 1, 2]), medianOf([4, 1, 2, 3])]).toEqual([null, 2, 2.5]);
});

test('all lines are as wide as the first', () => {
  const widths = tableOf(rowsOf(faults, verdicts))
    .split('\n')
    .map(({ length }) => length);
  expect(new Set(widths).size).toBe(1);
});
