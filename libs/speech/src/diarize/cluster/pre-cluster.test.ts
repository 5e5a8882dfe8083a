import { expect, test } from 'vitest';
import { labelsAfter, mergesOf, type WeightedEmbedding } from './agglomerate.js';
import { preCluster } from './pre-cluster.js';
import { dot, unit } from './vector.js';

/** The same numbers every time, −1 … 1, summed to something like a normal distribution. */
const createRandom = (seed: number) => {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return () => next() + next() + next();
};

/** Voices as a recording has them: people take turns, and two of a window are known to differ. */
const recording = (speakers: number, count: number, alike = 0) => {
  const random = createRandom(7);
  const vector = () => unit(Float32Array.from({ length: 192 }, random));
  const shared = vector();
  const centres = Array.from({ length: speakers }, vector).map((own) =>
    unit(own.map((value, at) => value + alike * (shared[at] as number))),
  );
  const who: number[] = [];
  const embeddings: WeightedEmbedding[] = [];
  for (let i = 0; i < count; i++) {
    const person = Math.floor(Math.abs(random() * 97)) % speakers;
    const noise = vector();
    // Two voices of one person lie about 0.3 apart, as CAM++'s do.
    const own = unit((centres[person] as Float32Array).map((value, at) => value + 0.65 * (noise[at] as number)));
    const cannotLink = new Map(i > 0 && who[i - 1] !== person && i % 2 === 1 ? [[i - 1, 20]] : []);
    embeddings.push({ vector: own, weight: 20 + (i % 7) * 20, cannotLink });
    who.push(person);
  }
  return { embeddings, centres };
};

test('three hours of embeddings are reduced to what can be clustered at once, and no speaker is lost or mixed up', () => {
  const { embeddings, centres } = recording(6, 4000);
  const condensed = preCluster(embeddings, embeddings.length);
  expect(condensed.length).toBeLessThanOrEqual(1000);
  const sum = (all: readonly WeightedEmbedding[]) => all.reduce((total, { weight }) => total + weight, 0);
  expect(sum(condensed)).toBe(sum(embeddings));

  const labels = labelsAfter(condensed.length, mergesOf(condensed, 0.44));
  expect(new Set(labels).size).toBe(6);
  const nearest = (vector: Float32Array) =>
    centres.reduce(
      (best, centre, at) => (dot(vector, centre) > dot(vector, centres[best] as Float32Array) ? at : best),
      0,
    );
  const named = condensed.map(({ vector }, index) => `${labels[index]} ${nearest(vector)}`);
  expect(new Set(named).size).toBe(6);
});

test('voices known to differ stay apart, however alike, also when joined with others', () => {
  const same = unit(Float32Array.from({ length: 192 }, () => 1));
  const embeddings = Array.from({ length: 1200 }, (_, index) => ({
    vector: same,
    weight: 1,
    // The first of each pair is not the second.
    cannotLink: new Map(index % 2 === 1 ? [[index - 1, 1]] : []),
  }));
  const condensed = preCluster(embeddings, embeddings.length);
  expect(condensed.length).toBeLessThanOrEqual(1000);
  expect(new Set(labelsAfter(condensed.length, mergesOf(condensed, 0.44))).size).toBeGreaterThanOrEqual(2);
});

test('few voices are left as they are', () => {
  const { embeddings } = recording(3, 1000);
  expect(preCluster(embeddings, embeddings.length)).toEqual(embeddings);
});

test('one person in two clusters is joined although the network once separated them, two people are not', () => {
  // Ten voices of each, all alike; some of the first ten are distinguished from some of the others.
  const voicesToldApart = (pairs: number): WeightedEmbedding[] =>
    Array.from({ length: 20 }, (_, index) => ({
      vector: unit(Float32Array.from({ length: 192 }, (_, axis) => (axis < 96 ? 1 : index < 10 ? 0.3 : -0.3))),
      weight: 100,
      cannotLink: new Map(index % 10 < pairs ? [[(index + 10) % 20, 100]] : []),
    }));
  const speakers = (pairs: number) => {
    const embeddings = voicesToldApart(pairs);
    return new Set(labelsAfter(embeddings.length, mergesOf(embeddings, 0.44))).size;
  };
  expect(speakers(1)).toBe(1);
  expect(speakers(6)).toBe(2);
});

test('joining what is alike first changes no distance between people', () => {
  const { embeddings } = recording(2, 1200, 1);
  const together = (some: readonly WeightedEmbedding[]) =>
    mergesOf(
      some.map((embedding) => ({ ...embedding, cannotLink: new Map() })),
      Number.POSITIVE_INFINITY,
    ).at(-1)?.distance ?? 0;
  const directly = together(embeddings.slice(0, 900));
  expect(directly).toBeGreaterThan(0.44);
  expect(together(preCluster(embeddings, embeddings.length))).toBeCloseTo(directly, 1.5);
});
