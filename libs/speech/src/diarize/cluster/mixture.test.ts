import { expect, test } from 'vitest';
import type { Voice } from './agglomerate.js';
import { peopleAmong } from './count.js';
import { withoutMixtures } from './mixture.js';
import { unit } from './vector.js';

/** A voice made of shares of some axes, heard for so many frames. */
const voice = (shares: Record<number, number>, weight: number): Voice => ({
  vector: unit(Float32Array.from({ length: 16 }, (_, axis) => shares[axis] ?? 0)),
  weight,
  unlike: new Map(),
});
const [one, two, three] = [voice({ 0: 1 }, 60_000), voice({ 4: 1 }, 50_000), voice({ 8: 1 }, 40_000)];

test('a small cluster between two people is nobody, wherever it lies between them', () => {
  const mixtures = [voice({ 0: 1, 4: 1 }, 2000), voice({ 4: 2, 8: 1, 12: 1 }, 900), voice({ 0: 3, 8: 1 }, 400)];
  expect(withoutMixtures([one, two, three, ...mixtures], [0, 1, 2, 3, 4, 5])).toEqual([0, 1, 2, -1, -1, -1]);
});

test('who is like somebody else but says as much is a person, and so is who is like nobody and says little', () => {
  const alike = voice({ 0: 0.8, 12: 0.6 }, 50_000);
  const rare = voice({ 14: 1, 0: 0.5 }, 300);
  expect(withoutMixtures([one, alike, two, rare], [0, 1, 2, 3])).toEqual([0, 1, 2, 3]);
});

test('the other labels close up, and what was nobody’s stays so', () => {
  expect(withoutMixtures([voice({ 0: 1, 4: 1 }, 100), two, voice({ 2: 1 }, 5), one], [0, 1, -1, 2])).toEqual([
    -1, 0, -1, 1,
  ]);
});

test('neither the number that is found nor one that is given counts a mixture', () => {
  const voices = [one, two, voice({ 0: 1, 4: 1.1 }, 3000)];
  for (const count of [{ kind: 'auto' }, { kind: 'exactly', count: 2 }, { kind: 'at-most', count: 2 }] as const)
    expect(peopleAmong(voices, 0.25, count)).toEqual([0, 1, -1]);
});
