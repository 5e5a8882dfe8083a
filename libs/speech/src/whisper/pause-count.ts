import type { Utterance } from './utterance.js';
import type { RecognizedWord } from './word.js';

/** The longest of the same utterances is at most so many times as long as the shortest. */
const even = 1.5;
/** A word's times are right to about so many seconds. */
const near = 0.3;
/** So many times as often as it is written a phrase may have been spoken. */
const mostMissed = 4;
/** So many utterances at the end may be something else, where no word follows the repeats, and so many before them are the repeats. */
const mostOther = 2;
const leastSame = 3;
/** Where a sentence or a part of one ends, people pause. */
const pausing = /[.,;:!?…—]$/u;

/** Where each time of a repeated phrase was spoken, seconds of the window. */
export type Places = readonly Utterance[];

/**
 * Counts the times a phrase was spoken by the pauses between them: each time is one utterance, or as many as it has parts. Null where the
 * pauses do not tell: none of them, other words in the same breath, utterances of different lengths.
 * Where no word follows, the last utterances may be of another length: the model went on repeating itself over them.
 * @param phrases the phrase each time it is written, with the places the model gave it
 * @param between end of the word before and start of the word after, seconds
 */
export const timesByPauses = (
  phrases: readonly (readonly RecognizedWord[])[],
  utterances: readonly Utterance[],
  between: { from: number; to: number },
): Places | null => {
  const written = phrases.length;
  const own = utterances.filter(({ start, end }) => (start + end) / 2 > between.from && (start + end) / 2 < between.to);
  if (own.some(({ start, end }) => start < between.from - near || end > between.to + near)) return null;
  const places = placesIn(phrases, own);
  if (places !== null || between.to !== Number.POSITIVE_INFINITY) return places;
  for (let other = 1; other <= mostOther && own.length - other >= leastSame; other++) {
    const same = placesIn(phrases, own.slice(0, -other));
    if (same !== null && same.length >= leastSame && same.length < written) return same;
  }
  return null;
};

const placesIn = (phrases: readonly (readonly RecognizedWord[])[], own: readonly Utterance[]): Utterance[] | null => {
  const written = phrases.length;
  const [phrase = []] = phrases;
  const parts = 1 + phrase.slice(0, -1).filter(({ text }) => pausing.test(text)).length;
  let best: { places: Utterance[]; off: number } | null = null;
  for (let each = 1; each <= phrase.length && each <= own.length; each++) {
    if (own.length % each !== 0 || !isEven(own, each)) continue;
    const spoken = own.length / each;
    // More parts than the text shows are only believed where the number is the written one.
    if (spoken !== written && (each > parts || spoken > written * mostMissed || spoken < 2)) continue;
    const off = Math.abs(Math.log(spoken / written));
    if (best !== null && off >= best.off) continue;
    const places = Array.from({ length: spoken }, (_, time) => ({
      start: own[time * each]?.start ?? 0,
      end: own[(time + 1) * each - 1]?.end ?? 0,
    }));
    best = { places, off };
  }
  return best?.places ?? null;
};

/** Whether every `each`-th utterance is about as long. */
const isEven = (utterances: readonly Utterance[], each: number): boolean => {
  for (let part = 0; part < each; part++) {
    const lengths = utterances.filter((_, index) => index % each === part).map(({ start, end }) => end - start);
    if (Math.max(...lengths) > even * Math.min(...lengths)) return false;
  }
  return true;
};
