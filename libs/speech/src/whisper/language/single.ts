import type { LanguageShares, WindowResult } from '../answer.js';
import { likelihoodOf } from '../short.js';
import { weighed } from './prior.js';

/** No doubt is left from this probability on. */
const certain = 0.9;
/** Languages tried beside those the person speaks. */
const tried = 5;

/**
 * The languages worth trying for a few words, the likeliest first; one where there is no doubt. Of 25 recordings of a word or two
 * (three voices of English, two of Russian), without hints, the language alone is wrong in 9, the language with the text in 8.
 */
export const candidatesOf = (shares: LanguageShares, hints: readonly string[]): string[] => {
  const sorted = Object.entries(weighed(shares, hints))
    .toSorted((a, b) => b[1] - a[1])
    .map(([language, share]) => ({ language, share }));
  const [first] = sorted;
  if (first === undefined || first.share >= certain) return sorted.slice(0, 1).map(({ language }) => language);
  const likely = sorted.slice(0, tried).map(({ language }) => language);
  return [...new Set([...likely, ...hints.filter((hint) => hint in shares)])];
};

/** The results in one language, alone and, where there is any, with the surroundings. */
export interface Tried {
  language: string;
  alone: WindowResult;
  wide?: WindowResult | undefined;
}

/** The language in which the words are likeliest, given how likely the language is: a probability of both together. */
export const bestOf = (
  results: readonly Tried[],
  shares: LanguageShares,
  hints: readonly string[],
): { language: string; probability: number } | null => {
  const prior = weighed(shares, hints);
  const scores = results.flatMap(({ language, alone, wide }) => {
    const likelihood = likelihoodOf(alone);
    if (likelihood === null) return [];
    const best = Math.max(likelihood, (wide && likelihoodOf(wide)) ?? likelihood);
    return [{ language, score: Math.log(prior[language] ?? 0.0005) + best }];
  });
  const [best] = scores.toSorted((a, b) => b.score - a.score);
  if (best === undefined) return null;
  const sum = scores.reduce((total, { score }) => total + Math.exp(score - best.score), 0);
  return { language: best.language, probability: 1 / sum };
};

/** The mean of a sound's languages and those of its surroundings. */
export const meanOf = (some: LanguageShares, others: LanguageShares): LanguageShares =>
  Object.fromEntries(
    [...new Set([...Object.keys(some), ...Object.keys(others)])].map((language) => [
      language,
      ((some[language] ?? 0) + (others[language] ?? 0)) / 2,
    ]),
  );
