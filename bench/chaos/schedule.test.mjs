import { expect, test } from 'vitest';
import { kinds } from './kind.mjs';
import { schedule } from './schedule.mjs';

test('the same seed gives the same faults, another seed others', () => {
  const once = schedule({ seed: 7, faults: 100 });
  expect(schedule({ seed: 7, faults: 100 })).toEqual(once);
  expect(schedule({ seed: 8, faults: 100 })).not.toEqual(once);
});

test('every kind comes before any comes again', () => {
  const names = schedule({ seed: 3, faults: kinds.size * 2 }).map(({ name }) => name);
  expect(new Set(names.slice(0, kinds.size)).size).toBe(kinds.size);
  expect(new Set(names.slice(kinds.size)).size).toBe(kinds.size);
  expect(names.slice(0, kinds.size)).not.toEqual(names.slice(kinds.size));
});

test('whatever lasts has an end within a minute', () => {
  for (const { seconds, name } of schedule({ seed: 1, faults: 1000 })) {
    if (seconds === undefined) continue;
    expect(seconds, name).toBeGreaterThanOrEqual(3);
    expect(seconds, name).toBeLessThanOrEqual(60);
  }
});

test('only the kinds that are asked for, and none that does not exist', () => {
  const names = ['bot killed', 'Redis emptied'];
  expect(new Set(schedule({ seed: 1, faults: 9, names }).map(({ name }) => name))).toEqual(new Set(names));
  expect(() => schedule({ seed: 1, faults: 1, names: ['lightning'] })).toThrow('lightning');
});
