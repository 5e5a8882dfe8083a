import { expect, test } from 'vitest';
import type { WeightedEmbedding } from './agglomerate.js';
import { labelSpeakers } from './count.js';
import { withoutMixedClusters } from './mixed-cluster.js';
import { unit } from './vector.js';

/** A voice made of shares of some axes, active for so many frames. */
const embedding = (shares: Record<number, number>, weight: number): WeightedEmbedding => ({
  vector: unit(Float32Array.from({ length: 16 }, (_, axis) => shares[axis] ?? 0)),
  weight,
  cannotLink: new Map(),
});
const [one, two, three] = [embedding({ 0: 1 }, 60_000), embedding({ 4: 1 }, 50_000), embedding({ 8: 1 }, 40_000)];

test('a small cluster between two speakers is dropped, wherever it lies between them', () => {
  const mixtures = [
    embedding({ 0: 1, 4: 1 }, 2000),
    embedding({ 4: 2, 8: 1, 12: 1 }, 900),
    embedding({ 0: 3, 8: 1 }, 400),
  ];
  expect(withoutMixedClusters([one, two, three, ...mixtures], [0, 1, 2, 3, 4, 5])).toEqual([0, 1, 2, -1, -1, -1]);
});

test('a cluster similar to another but as large is a speaker, and so is a small one similar to none', () => {
  const alike = embedding({ 0: 0.8, 12: 0.6 }, 50_000);
  const rare = embedding({ 14: 1, 0: 0.5 }, 300);
  expect(withoutMixedClusters([one, alike, two, rare], [0, 1, 2, 3])).toEqual([0, 1, 2, 3]);
});

test('the other labels close up, and unassigned windows stay unassigned', () => {
  expect(
    withoutMixedClusters([embedding({ 0: 1, 4: 1 }, 100), two, embedding({ 2: 1 }, 5), one], [0, 1, -1, 2]),
  ).toEqual([-1, 0, -1, 1]);
});

test('neither the number that is found nor one that is given counts a mixture', () => {
  const embeddings = [one, two, embedding({ 0: 1, 4: 1.1 }, 3000)];
  for (const count of [{ kind: 'auto' }, { kind: 'exactly', count: 2 }, { kind: 'at-most', count: 2 }] as const)
    expect(labelSpeakers(embeddings, 0.25, count)).toEqual([0, 1, -1]);
});
