import type { SpeakerCount } from '@whisper-bot/task';
import { labelsAfter, mergesOf, type Voice } from './agglomerate.js';
import { withoutMixtures } from './mixture.js';

/**
 * Whoever holds less than 2 % of the speech is a noise or another's laugh, unless it is 5 s of it; in hours of recording, whose
 * noises add up, two thousandths.
 */
const leastShare = 0.02;
const enoughFrames = 300;
const leastShareOfHours = 0.002;

/**
 * Clusters voices into the people who hold a worthwhile share of the speech; the others' few words are −1, to be told by
 * likeness, and so are those of clusters that only mix others. Auto joins clusters up to a mean cosine distance of `threshold`; a number given by the user moves the cut to where
 * as many are found, the nearest such, so that a cough never takes the place of a person.
 */
export const peopleAmong = (voices: readonly Voice[], threshold: number, count: SpeakerCount): number[] => {
  const merges = mergesOf(voices, Number.POSITIVE_INFINITY);
  const beyond = merges.findIndex(({ distance }) => distance > threshold);
  const auto = beyond < 0 ? merges.length : beyond;
  const heard = withoutMixtures(voices, large(voices, labelsAfter(voices.length, merges.slice(0, auto))));
  const people = Math.max(...heard) + 1;
  if (count.kind === 'auto' || people === count.count || (count.kind === 'at-most' && people < count.count))
    return heard;

  const found = peopleAfterEach(voices, merges);
  const cuts = [...found.keys()];
  if (count.kind === 'at-most') {
    const cut = cuts.find((at) => at >= auto && (found[at] as number) <= count.count) ?? merges.length;
    return large(voices, labelsAfter(voices.length, merges.slice(0, cut)));
  }
  const fitting = cuts.filter((at) => found[at] === count.count);
  if (fitting.length > 0) {
    const cut = fitting.reduce((a, b) => (Math.abs(b - auto) < Math.abs(a - auto) ? b : a));
    return large(voices, labelsAfter(voices.length, merges.slice(0, cut)));
  }
  // Not so many people hold a share: then whoever is heard at all.
  return labelsAfter(voices.length, merges.slice(0, Math.max(0, voices.length - count.count)));
};

const leastOf = (voices: readonly Voice[]): number => {
  const all = voices.reduce((sum, { weight }) => sum + weight, 0);
  return Math.max(Math.min(enoughFrames, leastShare * all), leastShareOfHours * all);
};

/** How many clusters hold a worthwhile share after no merge, one, two … */
const peopleAfterEach = (voices: readonly Voice[], merges: ReturnType<typeof mergesOf>): number[] => {
  const least = leastOf(voices);
  const weight = voices.map((voice) => voice.weight);
  let people = weight.filter((each) => each >= least).length;
  const found = [people];
  for (const { into, from } of merges) {
    const [a, b] = [weight[into] as number, weight[from] as number];
    weight[into] = a + b;
    people += Number(a + b >= least) - Number(a >= least) - Number(b >= least);
    found.push(people);
  }
  return found;
};

/** The labels with those of small clusters −1, numbered without gaps; all are kept where all are small. */
const large = (voices: readonly Voice[], labels: readonly number[]): number[] => {
  const least = leastOf(voices);
  const weights: number[] = [];
  for (const [index, label] of labels.entries())
    weights[label] = (weights[label] ?? 0) + (voices[index] as Voice).weight;
  if (weights.every((weight) => weight < least)) return [...labels];
  const numbers = new Map<number, number>();
  for (const [label, weight] of weights.entries()) if (weight >= least) numbers.set(label, numbers.size);
  return labels.map((label) => numbers.get(label) ?? -1);
};
