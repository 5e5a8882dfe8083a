import type { LanguageModel } from './language-model.js';
import {
  type PublishedAccuracy,
  type PublishedRecognizer,
  publishedRecognizers,
  whisperAccuracy,
} from './recognizer-catalog.js';

/** Which recognizers suit which languages, the best first: by the error rates of the catalogue, and whether they write punctuation. */
export const recommendedModels: readonly LanguageModel[] = [
  { languages: ['ru'], model: 'gigaam-v3-e2e-rnnt' },
  { languages: ['ru'], model: 'gigaam-v3-e2e-ctc' },
  {
    languages: 'bg cs da de el en es et fi fr hr hu it lt lv mt nl pl pt ro ru sk sl sv uk'.split(' '),
    model: 'parakeet-tdt-0.6b-v3',
  },
  { languages: ['en'], model: 'parakeet-tdt-0.6b-v2' },
  { languages: ['de', 'en', 'es', 'fr'], model: 'canary-180m-flash' },
  { languages: ['zh', 'ja', 'ko', 'yue'], model: 'sense-voice-small' },
];

/** A recognizer worth adding. */
export interface Recommendation {
  model: PublishedRecognizer;
  /** Of the languages asked for, those it is recommended for. */
  languages: readonly string[];
}

/** Memory that a model takes when it works, as a multiple of its files: an upper estimate, as weights are unpacked while it loads. */
const memoryShare = 2.5;
export const memoryOf = ({ bytes }: Pick<PublishedRecognizer, 'bytes'>): number => bytes * memoryShare;

/**
 * Recognizers worth adding for the languages: of each the best that fits into so much memory (bytes). Without languages the best for
 * any.
 */
export const recommendModels = ({
  languages,
  memory = Number.POSITIVE_INFINITY,
}: {
  languages?: readonly string[];
  memory?: number;
} = {}): Recommendation[] => {
  const wanted = languages ?? [...new Set(recommendedModels.flatMap((entry) => entry.languages))];
  const found = new Map<PublishedRecognizer, string[]>();
  for (const language of wanted) {
    const best = recommendedModels
      .filter((entry) => entry.languages.includes(language))
      .flatMap((entry) => publishedRecognizers.filter(({ name }) => name === entry.model))
      .find((model) => memoryOf(model) <= memory);
    if (best !== undefined) found.set(best, [...(found.get(best) ?? []), language]);
  }
  return [...found].map(([model, own]) => ({ model, languages: own }));
};

/** A published error rate in a language with what Whisper base has on the same test set, percent; null where either is not known. */
export const compareWithBase = (
  model: PublishedRecognizer,
  language: string,
): { own: number; base: number; unit: PublishedAccuracy['unit']; source: string } | null => {
  const rateIn = (all: readonly PublishedAccuracy[]) =>
    all.find(({ dataset, rates }) => dataset.startsWith('FLEURS') && rates[language] !== undefined);
  const own = rateIn(model.accuracy);
  const base = rateIn(whisperAccuracy.base ?? []);
  const [ownRate, baseRate] = [own?.rates[language], base?.rates[language]];
  if (own === undefined || ownRate === undefined || baseRate === undefined || own.unit !== base?.unit) return null;
  return { own: ownRate, base: baseRate, unit: own.unit, source: own.source };
};
