import type { Voice } from './agglomerate.js';
import { dot, unit } from './vector.js';

/**
 * Cosine to a greater cluster, or to the nearest direction between two, beyond which a cluster tiny beside these is these over
 * again: the network took two people for one in a window, or heard somebody badly. Such lie at 0.69–0.92, people at 0.43–0.69, those
 * who say much at most at 0.76. Results are the same from 0.66 to 0.70 (docs/adr/0007-diarization.md).
 */
const likeness = 0.68;
/** Mixtures are rare beside what they are mixed from: added for one as great as the smaller of these. */
const benefit = 0.3;

interface Cluster {
  label: number;
  weight: number;
  /** Mean voice, of length 1. */
  centre: Float32Array;
}

/**
 * The labels with those of clusters that are nobody of their own −1 (there are more of them the longer a recording is),
 * numbered without gaps; −1 stays so.
 */
export const withoutMixtures = (voices: readonly Voice[], labels: readonly number[]): number[] => {
  const people: Cluster[] = [];
  for (const cluster of clustersOf(voices, labels)) if (!isMixture(cluster, people)) people.push(cluster);
  const kept = people.map(({ label }) => label).sort((a, b) => a - b);
  return labels.map((label) => kept.indexOf(label));
};

/** The greatest first. */
const clustersOf = (voices: readonly Voice[], labels: readonly number[]): Cluster[] => {
  const clusters = new Map<number, Cluster>();
  for (const [index, { vector, weight }] of voices.entries()) {
    const label = labels[index] as number;
    if (label < 0) continue;
    const cluster = clusters.get(label) ?? { label, weight: 0, centre: new Float32Array(vector.length) };
    clusters.set(label, cluster);
    cluster.weight += weight;
    for (let i = 0; i < vector.length; i++)
      cluster.centre[i] = (cluster.centre[i] as number) + weight * (vector[i] as number);
  }
  return [...clusters.values()]
    .map((cluster) => ({ ...cluster, centre: unit(cluster.centre) }))
    .sort((a, b) => b.weight - a.weight);
};

const isMixture = ({ centre, weight }: Cluster, people: readonly Cluster[]): boolean => {
  const limit = (least: number) => likeness + (benefit * weight) / least;
  return people.some((one, index) => {
    const toOne = dot(centre, one.centre);
    if (toOne > limit(one.weight)) return true;
    return people.slice(0, index).some((other) => {
      // The nearest direction between the two is where both shares come out positive.
      const [toOther, between] = [dot(centre, other.centre), dot(one.centre, other.centre)];
      const [a, b] = [toOne - between * toOther, toOther - between * toOne];
      if (a <= 0 || b <= 0) return false;
      return Math.sqrt((a * toOne + b * toOther) / (1 - between ** 2)) > limit(Math.min(one.weight, other.weight));
    });
  });
};
