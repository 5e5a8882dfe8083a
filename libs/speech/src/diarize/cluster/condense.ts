import { labelsAfter, mergesOf, type Voice } from './agglomerate.js';

/** As many as the clustering takes at once: 1000² distances. */
const most = 1000;
const block = 500;
/** Cosine distance up to which voices are surely one; half of what makes a speaker. */
const surely = 0.2;

/**
 * Joins voices that are surely the same, in blocks as they come, until few enough are left to be clustered at once: what
 * keeps hours of recording from costing the square or the cube of their length.
 */
export const condense = (voices: readonly Voice[]): readonly Voice[] => {
  let current = voices;
  for (let threshold = surely; current.length > most; threshold += 0.05) current = joinBlocks(current, threshold);
  return current;
};

const joinBlocks = (voices: readonly Voice[], threshold: number): Voice[] => {
  const into: number[] = [];
  let clusters = 0;
  for (let start = 0; start < voices.length; start += block) {
    const part = voices.slice(start, start + block).map((voice) => ({
      ...voice,
      unlike: voice.unlike.map((index) => index - start).filter((index) => index >= 0 && index < block),
    }));
    const labels = labelsAfter(part.length, mergesOf(part, threshold));
    into.push(...labels.map((label) => label + clusters));
    clusters += Math.max(...labels) + 1;
  }
  return joined(voices, into, clusters);
};

const joined = (voices: readonly Voice[], into: readonly number[], clusters: number): Voice[] => {
  const length = voices[0]?.vector.length ?? 0;
  const sums = Array.from({ length: clusters }, () => ({
    vector: new Float32Array(length),
    weight: 0,
    unlike: new Set<number>(),
  }));
  for (const [index, voice] of voices.entries()) {
    const sum = sums[into[index] as number];
    if (!sum) continue;
    sum.weight += voice.weight;
    for (let i = 0; i < length; i++)
      sum.vector[i] = (sum.vector[i] as number) + voice.weight * (voice.vector[i] as number);
    for (const other of voice.unlike) if (into[other] !== into[index]) sum.unlike.add(into[other] as number);
  }
  return sums.map(({ vector, weight, unlike }) => ({ vector: unit(vector), weight, unlike: [...unlike] }));
};

/** The same direction at length 1. */
export const unit = (vector: Float32Array): Float32Array => {
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
};
