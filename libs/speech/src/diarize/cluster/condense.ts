import { labelsAfter, mergesOf, type Voice } from './agglomerate.js';
import { createVectors } from './vector.js';

/** As many as the clustering takes at once: 1000² distances. */
const most = 1000;
const block = 500;
/** Cosine distance up to which voices are surely one; half of what makes a speaker. */
const surely = 0.2;

/**
 * Joins voices that are surely the same, in blocks as they come, until few enough are left to be clustered at once: what
 * keeps hours of recording from costing the square or the cube of their length. `count` is how many come.
 */
export const condense = (voices: Iterable<Voice>, count: number): Voice[] => {
  if (count <= most) return [...voices];
  let current = joinBlocks(voices, surely);
  for (let threshold = surely + 0.05; current.length > most; threshold += 0.05)
    current = joinBlocks(current, threshold);
  return current;
};

const joinBlocks = (voices: Iterable<Voice>, threshold: number): Voice[] => {
  /** The cluster of each voice. */
  const into: number[] = [];
  const sums: { vector: Float32Array; weight: number; unlike: [voice: number, weight: number][] }[] = [];
  let part: Voice[] = [];
  let newVector: (() => Float32Array) | undefined;
  const join = () => {
    const [begin, clusters] = [into.length, sums.length];
    const labels = labelsAfter(
      part.length,
      mergesOf(
        part.map((voice) => within(voice, begin, part.length)),
        threshold,
      ),
    );
    for (const [index, { vector, weight, unlike }] of part.entries()) {
      const cluster = clusters + (labels[index] as number);
      into.push(cluster);
      newVector ??= createVectors(vector.length);
      sums[cluster] ??= { vector: newVector(), weight: 0, unlike: [] };
      const sum = sums[cluster] as (typeof sums)[number];
      sum.weight += weight;
      for (let i = 0; i < vector.length; i++)
        sum.vector[i] = (sum.vector[i] as number) + weight * (vector[i] as number);
      sum.unlike.push(...unlike);
    }
    part = [];
  };
  for (const voice of voices) {
    part.push(voice);
    if (part.length === block) join();
  }
  if (part.length > 0) join();
  return sums.map(({ vector, weight, unlike }, own) => {
    const others = new Map<number, number>();
    for (const [voice, told] of unlike) {
      const other = into[voice] as number;
      if (other !== own) others.set(other, (others.get(other) ?? 0) + told);
    }
    // Not made longer: the product of two means is the mean of the products, so that distances stay what they are.
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / weight;
    return { vector, weight, unlike: others };
  });
};

/** A voice of a block that begins at `begin`, told only from others of that block. */
const within = (voice: Voice, begin: number, length: number): Voice => {
  const unlike = new Map<number, number>();
  for (const [other, told] of voice.unlike)
    if (other >= begin && other < begin + length) unlike.set(other - begin, told);
  return { ...voice, unlike };
};
