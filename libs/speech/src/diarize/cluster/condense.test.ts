import { expect, test } from 'vitest';
import { dot, labelsAfter, mergesOf, type Voice } from './agglomerate.js';
import { condense, unit } from './condense.js';

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
const recording = (people: number, count: number) => {
  const random = createRandom(7);
  const vector = () => unit(Float32Array.from({ length: 192 }, random));
  const centres = Array.from({ length: people }, vector);
  const who: number[] = [];
  const voices: Voice[] = [];
  for (let i = 0; i < count; i++) {
    const person = Math.floor(Math.abs(random() * 97)) % people;
    const noise = vector();
    // Two voices of one person lie about 0.3 apart, as CAM++'s do.
    const own = unit((centres[person] as Float32Array).map((value, at) => value + 0.65 * (noise[at] as number)));
    const unlike = new Map(i > 0 && who[i - 1] !== person && i % 2 === 1 ? [[i - 1, 20]] : []);
    voices.push({ vector: own, weight: 20 + (i % 7) * 20, unlike });
    who.push(person);
  }
  return { voices, centres };
};

test('three hours of voices are condensed to what can be clustered at once, and nobody is lost or mixed up', () => {
  const { voices, centres } = recording(6, 4000);
  const condensed = condense(voices, voices.length);
  expect(condensed.length).toBeLessThanOrEqual(1000);
  const sum = (all: readonly Voice[]) => all.reduce((total, { weight }) => total + weight, 0);
  expect(sum(condensed)).toBe(sum(voices));

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
  const voices = Array.from({ length: 1200 }, (_, index) => ({
    vector: same,
    weight: 1,
    // The first of each pair is not the second.
    unlike: new Map(index % 2 === 1 ? [[index - 1, 1]] : []),
  }));
  const condensed = condense(voices, voices.length);
  expect(condensed.length).toBeLessThanOrEqual(1000);
  expect(new Set(labelsAfter(condensed.length, mergesOf(condensed, 0.44))).size).toBeGreaterThanOrEqual(2);
});

test('few voices are left as they are', () => {
  const { voices } = recording(3, 1000);
  expect(condense(voices, voices.length)).toEqual(voices);
});
