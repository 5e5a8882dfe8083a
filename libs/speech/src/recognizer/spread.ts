import type { Span } from '../contract.js';
import type { RecognizedWord } from '../whisper/word.js';

const spaceless = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/**
 * Words of a text without times, spread over the speech of its window by their length in characters: an estimate, right to about a
 * word or two.
 * @param speech within the window, seconds of the window, sorted
 */
export const spreadWords = (text: string, speech: readonly Span[]): RecognizedWord[] => {
  const words = splitWords(text);
  const total = words.reduce((sum, word) => sum + weightOf(word.text), 0);
  const spoken = speech.reduce((sum, { start, end }) => sum + end - start, 0);
  let passed = 0;
  return words.map((word) => {
    const start = placeIn(speech, (passed / total) * spoken);
    passed += weightOf(word.text);
    return {
      ...word,
      start,
      end: Math.max(start, placeIn(speech, (passed / total) * spoken, true)),
      logProbabilities: [],
    };
  });
};

const weightOf = (word: string): number => [...word].length + 1;

const splitWords = (text: string): { text: string; spaceBefore: boolean }[] =>
  text
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== '')
    .flatMap((word) =>
      spaceless.test(word)
        ? [...word.matchAll(/.[\p{P}\p{M}]*/gsu)].map(([character], index) => ({
            text: character,
            spaceBefore: index === 0,
          }))
        : [{ text: word, spaceBefore: true }],
    );

/** Where so many seconds of speech have passed; at a border the end of the span before, for an end. */
const placeIn = (speech: readonly Span[], seconds: number, isEnd = false): number => {
  let left = seconds;
  for (const { start, end } of speech) {
    const length = end - start;
    if (isEnd ? left <= length + 1e-6 : left < length - 1e-6) return start + Math.min(left, length);
    left -= length;
  }
  return speech.at(-1)?.end ?? 0;
};
