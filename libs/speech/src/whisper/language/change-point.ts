import type { Wav } from '../../wav/reader.js';
import { sampleRate } from '../../wav/sample-rate.js';
import type { LanguageShares } from '../answer.js';
import { quietest } from '../cut.js';
import { utterancesOf } from '../utterance.js';
import type { Window } from '../window.js';
import { partLength } from './part.js';

/** A change of language that two parts suspect, in samples of the recording. */
export interface Change {
  /** It lies between these. */
  from: number;
  to: number;
  /** Where the second part begins. */
  near: number;
  /** Languages of the two parts; null is one that the parts do not name. */
  before: string | null;
  after: string | null;
}

/** A pause that the change may stand in: its middle, and how likely it is as a pause alone. */
interface Pause {
  at: number;
  score: number;
}

/** The quietest place is looked for so far around the place that the parts say, samples. */
const around = 1.2 * sampleRate;
/** Between two sentences people pause for so long, seconds; a second nearer is worth so much of a pause. */
const leastPause = 0.3;
const nearness = 0.2;
/** Two pauses are one where they are nearer, samples. */
const apart = 0.3 * sampleRate;
/** Pauses looked at within reach: what lies between two of them is recognized by itself. */
const mostPauses = 4;
/** No sentence tells more about its language, a logarithm of two shares. */
const mostEvidence = 4;
const leastShare = 0.001;

/**
 * Where the language changes: in a pause, so that no sentence is divided. Of several pauses the one that leaves each sentence
 * between them, detected by itself, on the side of its language. Without pauses the quietest place.
 */
export const changePoint = async (
  change: Change,
  { wav, detect }: { wav: Wav; detect: (window: Window) => Promise<LanguageShares> },
): Promise<number> => {
  const { from, to, near, before, after } = change;
  const isNamed = before !== null && after !== null;
  const within = async (reach: number): Promise<Pause[]> => {
    const window = { from: Math.max(from, near - reach), to: Math.min(to, near + reach), at: 0 };
    return pausesOf(await utterancesOf(wav, [window]), window.from, near);
  };
  const close = await within(partLength);
  if (close.length === 0) {
    const at = await quietest(wav, Math.max(from, near - around), Math.min(to, near + around));
    close.push({ at, score: 0 });
  }
  // A part that two languages share may be detected as either: what lies beside it may be the other's, too.
  const beside = isNamed ? await within(2 * partLength) : [];
  const isNew = ({ at }: Pause) => close.every((pause) => Math.abs(at - pause.at) >= apart);
  const pauses = [...close, ...beside.filter(isNew)].toSorted((a, b) => a.at - b.at);
  const [first] = pauses as [Pause, ...Pause[]];
  // For the first language and against the second: the speech between the first pause and each.
  let evidence = 0;
  let best = { at: first.at, score: first.score };
  for (const [index, { at, score }] of pauses.slice(1).entries()) {
    const previous = pauses[index] as Pause;
    if (isNamed) evidence += likelier(await detect([{ from: previous.at, to: at, at: 0 }]), before, after);
    if (score + evidence > best.score) best = { at, score: score + evidence };
  }
  return best.at;
};

/** The likeliest pauses between utterances, in order. */
const pausesOf = (utterances: readonly { start: number; end: number }[], from: number, near: number): Pause[] =>
  utterances
    .slice(1)
    .flatMap(({ start }, index): Pause[] => {
      const end = utterances[index]?.end ?? 0;
      const at = from + Math.round(((start + end) / 2) * sampleRate);
      const score = start - end - (nearness * Math.abs(at - near)) / sampleRate;
      return start - end < leastPause ? [] : [{ at, score }];
    })
    .toSorted((a, b) => b.score - a.score)
    .slice(0, mostPauses)
    .toSorted((a, b) => a.at - b.at);

/** By how much a language is likelier than another, a logarithm. */
const likelier = (shares: LanguageShares, one: string, other: string): number => {
  const share = (language: string) => Math.max(leastShare, shares[language] ?? 0);
  const evidence = Math.log(share(one) / share(other));
  return Math.max(-mostEvidence, Math.min(mostEvidence, evidence));
};
