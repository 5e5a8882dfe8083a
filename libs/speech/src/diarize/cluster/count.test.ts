import { expect, test } from 'vitest';
import type { WeightedEmbedding } from './agglomerate.js';
import { labelSpeakers } from './count.js';
import { unit } from './vector.js';

/** A voice near one of the axes, or alone on its own; frames it was active in. */
const embedding = (axis: number, weight: number, off = 0): WeightedEmbedding => {
  const vector = new Float32Array(16);
  vector[axis] = 1;
  vector[(axis + 1) % 16] = off;
  return { vector: unit(vector), weight, cannotLink: new Map() };
};
/** Three people of half a minute each, and two coughs. */
const embeddings = [0, 4, 8].flatMap((axis) => Array.from({ length: 10 }, (_, i) => embedding(axis, 178, i / 30)));
const all = [...embeddings, embedding(12, 25), embedding(14, 25)];
const speakers = (labels: readonly number[]) => new Set(labels.filter((label) => label >= 0)).size;

test('people are counted, coughs are not', () => {
  const labels = labelSpeakers(all, 0.44, { kind: 'auto' });
  expect(speakers(labels)).toBe(3);
  expect(labels.slice(-2)).toEqual([-1, -1]);
});

test('in hours of recording noises add up to seconds, and are still no people', () => {
  const noises = [embedding(12, 160), embedding(12, 160)];
  const people20Minutes = embeddings.map((each) => ({ ...each, weight: 20 * each.weight }));
  expect(speakers(labelSpeakers([...people20Minutes, ...noises], 0.44, { kind: 'auto' }))).toBe(4);
  const peopleHours = embeddings.map((each) => ({ ...each, weight: 200 * each.weight }));
  expect(speakers(labelSpeakers([...peopleHours, ...noises], 0.44, { kind: 'auto' }))).toBe(3);
});

test('with the true number requested, a cough takes no speaker’s place', () => {
  const labels = labelSpeakers(all, 0.44, { kind: 'exactly', count: 3 });
  expect(speakers(labels)).toBe(3);
  expect(new Set(labels.slice(0, 10))).not.toEqual(new Set(labels.slice(10, 20)));
  expect(new Set(labels.slice(10, 20))).not.toEqual(new Set(labels.slice(20, 30)));
});

test('with fewer requested, the most similar are joined; with more, a speaker is split or coughs count', () => {
  expect(speakers(labelSpeakers(all, 0.44, { kind: 'exactly', count: 2 }))).toBe(2);
  expect(speakers(labelSpeakers(all, 0.44, { kind: 'exactly', count: 4 }))).toBe(4);
  expect(speakers(labelSpeakers(all, 0.44, { kind: 'at-most', count: 2 }))).toBe(2);
  expect(speakers(labelSpeakers(all, 0.44, { kind: 'at-most', count: 5 }))).toBe(3);
});

test('a recording of a few words has the people who say them', () => {
  expect(speakers(labelSpeakers([embedding(0, 20)], 0.44, { kind: 'auto' }))).toBe(1);
  expect(speakers(labelSpeakers([embedding(0, 20), embedding(4, 20)], 0.44, { kind: 'auto' }))).toBe(2);
  expect(speakers(labelSpeakers([embedding(0, 20)], 0.44, { kind: 'exactly', count: 3 }))).toBe(1);
});
