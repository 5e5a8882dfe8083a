import type { SpeakerCount } from '@whisper-bot/task';
import { labelsAfter, mergesOf, type WeightedEmbedding } from './agglomerate.js';
import { withoutMixedClusters } from './mixed-cluster.js';

/**
 * A cluster with less than 2 % of the speech, and less than 5 s, is noise or another speaker's laugh; in hours of recording, whose noises
 * add up, less than 0.2 %.
 */
const leastShare = 0.02;
const enoughFrames = 300;
const leastShareOfHours = 0.002;

/**
 * Clusters embeddings into speakers with a relevant share of the speech. Small and mixed clusters are −1, to be assigned by similarity. Auto joins
 * clusters up to a mean cosine distance of `threshold`; a number given by the user moves the cut to the nearest one with that many speakers, so
 * that a cough never counts as a speaker.
 */
export const labelSpeakers = (
  embeddings: readonly WeightedEmbedding[],
  threshold: number,
  count: SpeakerCount,
): number[] => {
  const merges = mergesOf(embeddings, Number.POSITIVE_INFINITY);
  const beyond = merges.findIndex(({ distance }) => distance > threshold);
  const auto = beyond < 0 ? merges.length : beyond;
  const labels = withoutMixedClusters(
    embeddings,
    large(embeddings, labelsAfter(embeddings.length, merges.slice(0, auto))),
  );
  const speakers = Math.max(...labels) + 1;
  if (count.kind === 'auto' || speakers === count.count || (count.kind === 'at-most' && speakers < count.count))
    return labels;

  const found = speakersAfterEach(embeddings, merges);
  const cuts = [...found.keys()];
  if (count.kind === 'at-most') {
    const cut = cuts.find((at) => at >= auto && (found[at] as number) <= count.count) ?? merges.length;
    return large(embeddings, labelsAfter(embeddings.length, merges.slice(0, cut)));
  }
  const fitting = cuts.filter((at) => found[at] === count.count);
  if (fitting.length > 0) {
    const cut = fitting.reduce((a, b) => (Math.abs(b - auto) < Math.abs(a - auto) ? b : a));
    return large(embeddings, labelsAfter(embeddings.length, merges.slice(0, cut)));
  }
  // Fewer speakers have a relevant share: small clusters count, too.
  return labelsAfter(embeddings.length, merges.slice(0, Math.max(0, embeddings.length - count.count)));
};

const leastOf = (embeddings: readonly WeightedEmbedding[]): number => {
  const all = embeddings.reduce((sum, { weight }) => sum + weight, 0);
  return Math.max(Math.min(enoughFrames, leastShare * all), leastShareOfHours * all);
};

/** How many clusters have a relevant share after no merge, one, two … */
const speakersAfterEach = (embeddings: readonly WeightedEmbedding[], merges: ReturnType<typeof mergesOf>): number[] => {
  const least = leastOf(embeddings);
  const weight = embeddings.map((embedding) => embedding.weight);
  let speakers = weight.filter((each) => each >= least).length;
  const found = [speakers];
  for (const { into, from } of merges) {
    const [a, b] = [weight[into] as number, weight[from] as number];
    weight[into] = a + b;
    speakers += Number(a + b >= least) - Number(a >= least) - Number(b >= least);
    found.push(speakers);
  }
  return found;
};

/** The labels with those of small clusters −1, numbered without gaps; all are kept where all are small. */
const large = (embeddings: readonly WeightedEmbedding[], labels: readonly number[]): number[] => {
  const least = leastOf(embeddings);
  const weights: number[] = [];
  for (const [index, label] of labels.entries())
    weights[label] = (weights[label] ?? 0) + (embeddings[index] as WeightedEmbedding).weight;
  if (weights.every((weight) => weight < least)) return [...labels];
  const numbers = new Map<number, number>();
  for (const [label, weight] of weights.entries()) if (weight >= least) numbers.set(label, numbers.size);
  return labels.map((label) => numbers.get(label) ?? -1);
};
