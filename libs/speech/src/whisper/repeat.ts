import type { RecognizedWord } from './word.js';

/** How often a phrase of so many words may follow itself before it is looked at: "no, no, no, no" is spoken, more is rare. */
const allowedRepeats = (words: number): number => (words === 1 ? 6 : words === 2 ? 4 : 3);
const longestPhrase = 12;
/** No one says more letters a second. */
const fastest = 30;
/** Nor a word in less, seconds. */
const shortestWord = 0.06;

export const plain = (word: RecognizedWord): string => word.text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** A phrase of `length` words that is there `times` in a row from word `at` on. */
export interface Repeat {
  at: number;
  length: number;
  times: number;
}

/** Phrases that follow themselves more often than `allowed` times, in order; the shortest phrase that does. */
export const repeatsOf = (words: readonly RecognizedWord[], allowed = allowedRepeats): Repeat[] => {
  const repeats: Repeat[] = [];
  for (let at = 0; at < words.length; ) {
    const found = repeatAt(words, at, allowed);
    if (found !== null) repeats.push(found);
    at += found === null ? 1 : found.length * found.times;
  }
  return repeats;
};

const repeatAt = (words: readonly RecognizedWord[], at: number, allowed: (words: number) => number): Repeat | null => {
  for (let length = 1; length <= longestPhrase; length++) {
    let times = 1;
    while (isSame(words, at, at + times * length, length)) times++;
    if (times > allowed(length)) return { at, length, times };
  }
  return null;
};

const isSame = (words: readonly RecognizedWord[], a: number, b: number, length: number): boolean => {
  if (b + length > words.length) return false;
  for (let i = 0; i < length; i++) {
    const [one, other] = [words[a + i], words[b + i]];
    if (!one || !other || plain(one) !== plain(other)) return false;
  }
  return true;
};

/** The words with every phrase once that follows itself. */
export const withoutRepeats = (words: readonly RecognizedWord[]): RecognizedWord[] => {
  const again = new Set<RecognizedWord>();
  for (const { at, length, times } of repeatsOf(words, () => 1))
    for (const word of words.slice(at + length, at + length * times)) again.add(word);
  return words.filter((word) => !again.has(word));
};

/** Whether there is as much sound for the words as saying them takes. */
export const standsOnSound = (words: readonly RecognizedWord[]): boolean => {
  const first = words[0];
  const last = words.at(-1);
  if (first === undefined || last === undefined) return true;
  const letters = words.reduce((sum, { text }) => sum + [...text].length, 0);
  return last.end - first.start >= Math.max(letters / fastest, words.length * shortestWord);
};

/** A word ends at most so many seconds behind its sound: word times are not exact. */
const slack = 0.3;

const lastRepeat = (words: readonly RecognizedWord[]): Repeat | null => {
  const last = repeatsOf(words, () => 1).at(-1);
  return last !== undefined && last.at + last.length * last.times === words.length ? last : null;
};

/** Whether the last words say what those before them say. */
export const endsInRepeat = (words: readonly RecognizedWord[]): boolean => lastRepeat(words) !== null;

/**
 * The words without repeats at their end that there is no sound for: a word spoken once in a short recording is easily written twice. Such
 * a repeat ends after the last sound, and there are fewer syllables than words.
 * @param sounds ends of what lies between pauses, and middles of the syllables, seconds in the times of the words
 */
export const withoutEchoes = (
  words: readonly RecognizedWord[],
  sounds: { ends: readonly number[]; beats: readonly number[] },
): { words: RecognizedWord[]; removed: RecognizedWord[] } => {
  const last = lastRepeat(words);
  const silence = (sounds.ends.at(-1) ?? Number.POSITIVE_INFINITY) + slack;
  let kept = words.length;
  if (last !== null) {
    const from = words[last.at - 1]?.end ?? 0;
    const beats = sounds.beats.filter((beat) => beat > from).length;
    const utterances = sounds.ends.filter((end) => end > from).length;
    for (let { times } = last; times > Math.max(1, utterances) && times * last.length > beats; times--) {
      if ((words[kept - 1] as RecognizedWord).end < silence) break;
      kept -= last.length;
    }
  }
  return { words: words.slice(0, kept), removed: words.slice(kept) };
};

/** A text that starts over where there is no sound left says at least so many words again, and the first of them as before. */
const leastAgain = 6;
const leastSame = 3;

/** From which word on the text starts over without any sound for it; how many words there are where it does not. */
const begunAnew = (words: readonly RecognizedWord[]): number => {
  for (let at = leastSame; at + leastAgain <= words.length; at++) {
    if (standsOnSound(words.slice(at)) || standsOnSound(words.slice(at, at + 1))) continue;
    for (let before = 0; before + leastSame <= at; before++) if (isSame(words, before, at, leastSame)) return at;
  }
  return words.length;
};

/**
 * The words without repeats that there is no sound for: a model that cannot find its end writes a phrase again and again, all at one
 * place. The first of them stays, and whatever comes after; or it begins its text again, which goes to the end. `removed` are those taken out.
 */
export const withoutLoops = (
  words: readonly RecognizedWord[],
): { words: RecognizedWord[]; removed: RecognizedWord[] } => {
  const removed = new Set(words.slice(begunAnew(words)));
  for (const { at, length, times } of repeatsOf(words)) {
    for (let time = 1; time < times; time++) {
      const phrase = words.slice(at + time * length, at + (time + 1) * length);
      if (!standsOnSound(phrase)) for (const word of phrase) removed.add(word);
    }
  }
  return { words: words.filter((word) => !removed.has(word)), removed: [...removed] };
};
