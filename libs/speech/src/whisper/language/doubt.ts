import { sampleRate } from '../../wav/sample-rate.js';
import type { WindowResult } from '../answer.js';
import { averageLogProbability } from '../guard.js';
import { wordsOf } from '../word.js';
import type { Part } from './part.js';
import type { Evidence } from './path.js';
import { likeliest, weighed } from './prior.js';

/** A part sounds like a language that has so much of its probability. */
const leastBase = 0.3;
/** Mean log probability of words below which they are unsure: right ones have about -0.2, in a wrong language about -0.7. */
const unsure = -0.5;
/** Probability of another language from which on a part without words is in it. */
const sureOfOther = 0.7;
/** Samples: a word by itself sounds like any language. */
const leastDoubted = 1.8 * sampleRate;
/** A sentence among others in another language is believed where some part is so surely in its language. */
const surely = 0.95;
const latin = /^[^\p{L}]*\p{Script=Latin}/u;

/**
 * Whether each part of a window is doubted to be in `base`: it does not sound like it, and its text in that language is unsure, or is not
 * written in the language's letters, or there is none. A last sentence in another language is too little for the path of languages.
 */
export const doubtsOf = (result: WindowResult, parts: readonly Part[], base: string): boolean[] => {
  const words = wordsOf(result.pieces, base);
  const isLatin = new Intl.Locale(base).maximize().script === 'Latn';
  return parts.map((part, index) => {
    const shares = result.languages[index];
    if (shares === undefined || part.to - part.from < leastDoubted) return false;
    const known = weighed(shares);
    if ((known[base] ?? 0) >= leastBase) return false;
    const own = words.filter(({ start, end }) => {
      const middle = ((start + end) / 2) * sampleRate;
      return middle >= part.from && middle < part.to;
    });
    // No words in the base language, and surely another one.
    if (own.length === 0) return Math.max(...Object.values(known)) >= sureOfOther;
    return (
      averageLogProbability(own) < unsure ||
      (!isLatin && own.filter(({ text }) => latin.test(text)).length > own.length / 2)
    );
  });
};

/**
 * The languages of a path, but for parts that by themselves are in another: people who talk to each other in two languages change with
 * every sentence, and the model then translates instead of writing what is spoken. Null is a language that the parts do not name.
 */
export const withLoneParts = (evidence: readonly Evidence[], path: readonly (string | null)[]): (string | null)[] => {
  const likely = evidence.map(({ shares, seconds }) => {
    const { language } = likeliest(shares, []);
    return { shares, language, share: shares[language] ?? 0, isLong: seconds * sampleRate >= leastDoubted };
  });
  const sure = new Set(likely.flatMap(({ language, share, isLong }) => (isLong && share >= surely ? [language] : [])));
  return path.map((language, index) => {
    const part = likely[index];
    if (language === null || part === undefined || !part.isLong || (part.shares[language] ?? 0) > leastBase)
      return language;
    return sure.has(part.language) && part.share >= sureOfOther ? part.language : language;
  });
};
