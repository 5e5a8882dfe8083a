import type { LanguageShares } from '../answer.js';

/**
 * How much likelier a language is that the person usually speaks, as a logarithm: twenty times. It decides about single words,
 * of which Whisper is never sure ("Thanks." is 0.4 Greek and 0.3 English); of a sentence it is a hundred times surer.
 */
const hintWeight = 3;
/**
 * The same for languages that Whisper has hardly learned (openai/whisper, figure 11: less than a hundred hours) and takes noises,
 * names and single words for; and for those of which it knows enough to be believed in part.
 */
const rareWeight = -2;
const lessCommonWeight = -1;
const rare = new Set(
  'la mi cy nn br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk mt sa lb my bo tl mg as tt haw ln ha ba jw su te ml kn bn az mk lt lv et sl hr sr ur fa'.split(
    ' ',
  ),
);
const lessCommon = new Set('ca fi sv no da el cs ro hu th he bg sk ta ms'.split(' '));

/** The child leaves out what is less likely. */
const least = 0.0005;

const commonness = (language: string): number =>
  rare.has(language) ? rareWeight : lessCommon.has(language) ? lessCommonWeight : 0;

/** Shares with what is known of languages in general. */
export const weighed = (shares: LanguageShares, hints: readonly string[] = []): LanguageShares => {
  const languages = [...new Set([...hints, ...Object.keys(shares)])];
  const weights = languages.map((language) => {
    const known = hints.includes(language) ? hintWeight : commonness(language);
    return { language, weight: Math.max(shares[language] ?? 0, least) * Math.exp(known) };
  });
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  return Object.fromEntries(weights.map(({ language, weight }) => [language, weight / sum]));
};

/**
 * The likeliest language, given what it sounds like and what the person usually speaks, with its probability. The order of
 * hints only decides between equals. English where nothing was detected and nothing is known.
 */
export const likeliest = (
  shares: LanguageShares,
  hints: readonly string[],
): { language: string; probability: number } => {
  if (Object.keys(shares).length === 0) return { language: hints[0] ?? 'en', probability: 0 };
  const [best] = Object.entries(weighed(shares, hints)).toSorted((a, b) => b[1] - a[1]);
  return { language: best?.[0] ?? 'en', probability: best?.[1] ?? 0 };
};
