import type { WeightedEmbedding } from './agglomerate.js';
import { dot, unit } from './vector.js';

/**
 * Cosine to a larger cluster, or to the nearest direction between two, above which a much smaller cluster is a mix of these: the network took
 * two speakers for one in a window, or embedded noise. Mixed clusters lie at 0.69–0.92, speakers at 0.43–0.69, those
 * who say much at 0.76 at most. Results are the same from 0.66 to 0.70 (docs/adr/0007-diarization.md).
 */
const similarity = 0.68;
/** Mixed clusters are small beside their parts: added to the limit for one as large as the smaller part. */
const benefit = 0.3;

interface Cluster {
  label: number;
  weight: number;
  /** Mean embedding, of length 1. */
  centre: Float32Array;
}

/**
 * The labels without mixed clusters (the longer a recording, the more of them): those become −1, the others are
 * numbered without gaps; −1 stays.
 */
export const withoutMixedClusters = (embeddings: readonly WeightedEmbedding[], labels: readonly number[]): number[] => {
  const speakers: Cluster[] = [];
  for (const cluster of clustersOf(embeddings, labels)) if (!isMixed(cluster, speakers)) speakers.push(cluster);
  const kept = speakers.map(({ label }) => label).sort((a, b) => a - b);
  return labels.map((label) => kept.indexOf(label));
};

/** The greatest first. */
const clustersOf = (embeddings: readonly WeightedEmbedding[], labels: readonly number[]): Cluster[] => {
  const clusters = new Map<number, Cluster>();
  for (const [index, { vector, weight }] of embeddings.entries()) {
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

const isMixed = ({ centre, weight }: Cluster, speakers: readonly Cluster[]): boolean => {
  const limit = (least: number) => similarity + (benefit * weight) / least;
  return speakers.some((one, index) => {
    const toOne = dot(centre, one.centre);
    if (toOne > limit(one.weight)) return true;
    return speakers.slice(0, index).some((other) => {
      // The nearest direction between the two is where both shares come out positive.
      const [toOther, between] = [dot(centre, other.centre), dot(one.centre, other.centre)];
      const [a, b] = [toOne - between * toOther, toOther - between * toOne];
      if (a <= 0 || b <= 0) return false;
      return Math.sqrt((a * toOne + b * toOther) / (1 - between ** 2)) > limit(Math.min(one.weight, other.weight));
    });
  });
};
