import type { LanguageShares } from '../answer.js';

/** What one part sounds like, and how long it is, seconds. */
export interface Evidence {
  shares: LanguageShares;
  seconds: number;
}

/**
 * What a change of language costs, as a logarithm; a part of full length that is surely in another language weighs
 * `−log(doubt)`, 3.5. Two changes cost more than a single part can weigh: a lone part never stands against its neighbours.
 */
const changeCost = 3.2;
/** Of close languages Whisper takes one for the other. */
const closeCost = 8;
/** Part of its belief that may be wrong: sounds, names and hesitation are often taken for rare languages. */
const doubt = 0.03;
/** A part of so many seconds has its full weight. */
const full = 2;
/** A language is considered where some part is so sure of it, and all parts together have so many seconds of it. */
const leastShare = 0.5;
const leastSeconds = 2.5;
/**
 * What a language that cannot be named weighs where there is no sign of those considered: several such parts in a row are worth a
 * detection of their own.
 */
const unnamed = 0.27;
/** Languages compared at most: the cost is quadratic. */
const most = 8;

const families: readonly (readonly string[])[] = [
  ['ru', 'uk', 'be', 'bg'],
  ['hr', 'sr', 'bs', 'sl', 'mk'],
  ['cs', 'sk'],
  ['es', 'gl', 'ca', 'pt', 'oc'],
  ['no', 'nn', 'da', 'sv'],
  ['id', 'ms', 'jw', 'su'],
  ['zh', 'yue'],
  ['hi', 'ur', 'pa', 'ne', 'mr'],
  ['de', 'lb', 'yi'],
  ['nl', 'af'],
  ['tr', 'az', 'tk'],
  ['kk', 'tt', 'ba', 'uz'],
  ['fa', 'ps', 'tg'],
  ['is', 'fo'],
  ['it', 'la'],
];
const areClose = (a: string, b: string): boolean => families.some((family) => family.includes(a) && family.includes(b));

/**
 * The language of each part: the likeliest way through all of them, where every change costs (Viterbi). Before the first and
 * after the last part `base`, the language of the whole, is assumed, at half the cost of a change. Null is a language that cannot
 * be named by these parts.
 */
export const languagePath = (evidence: readonly Evidence[], base: string): (string | null)[] => {
  const languages = [...candidates(evidence, base), null];
  const edge = languages.map((language) => (language === base ? 0 : -cost(base, language) / 2));
  let scores = edge;
  const cameFrom: number[][] = [];
  for (const part of evidence) {
    const ways = languages.map((language) => {
      let best = 0;
      let score = Number.NEGATIVE_INFINITY;
      for (const [before, value] of scores.entries()) {
        const way = value - cost(languages[before] ?? null, language);
        if (way > score) [best, score] = [before, way];
      }
      return { best, score: score + weightOf(part, language, languages) };
    });
    cameFrom.push(ways.map(({ best }) => best));
    scores = ways.map(({ score }) => score);
  }
  const last = scores.map((score, index) => score + (edge[index] ?? 0));
  let at = last.indexOf(Math.max(...last));
  const path: (string | null)[] = [];
  for (const from of cameFrom.toReversed()) {
    path.push(languages[at] ?? null);
    at = from[at] ?? 0;
  }
  return path.reverse();
};

const cost = (from: string | null, to: string | null): number => {
  if (from === to) return 0;
  return from !== null && to !== null && areClose(from, to) ? closeCost : changeCost;
};

const weightOf = ({ shares, seconds }: Evidence, language: string | null, all: readonly (string | null)[]): number => {
  const known = Math.max(...all.map((one) => (one === null ? 0 : (shares[one] ?? 0))));
  const share = language === null ? unnamed * (1 - known) : (shares[language] ?? 0);
  return Math.min(1, seconds / full) * Math.log(share + doubt);
};

const candidates = (evidence: readonly Evidence[], base: string): string[] => {
  const totals = new Map<string, { most: number; seconds: number }>();
  for (const { shares, seconds } of evidence) {
    for (const [language, share] of Object.entries(shares)) {
      const known = totals.get(language) ?? { most: 0, seconds: 0 };
      totals.set(language, { most: Math.max(known.most, share), seconds: known.seconds + share * seconds });
    }
  }
  const others = [...totals]
    .filter(([language, all]) => language !== base && all.most >= leastShare && all.seconds >= leastSeconds)
    .sort((a, b) => b[1].seconds - a[1].seconds)
    .slice(0, most - 1)
    .map(([language]) => language);
  return [base, ...others];
};
