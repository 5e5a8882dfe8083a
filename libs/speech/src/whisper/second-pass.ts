import { sampleRate } from '../wav/sample-rate.js';
import { placed } from './count.js';
import { type Gap, gapsOf, lastPlaced } from './gap.js';
import { averageLogProbability } from './guard.js';
import { plain, withoutRepeats } from './repeat.js';
import { inRecording, inWindow, type Window, windowLength } from './window.js';
import type { State, WindowWords } from './window-state.js';
import type { RecognizedWord } from './word.js';

/** Words of the second pass count from this mean log probability on; where the first pass found none at all, from the second. */
const sureEnough = -0.8;
const quiteSure = -0.5;
/** What is recognized in pieces may be less sure than the whole by so much. */
const surenessLost = 0.15;
/** From this probability of no speech on, no one speaks. */
export const silent = 0.6;
/** No one speaks more letters a second. */
const fastest = 25;
/** So many words in a row that are recognized twice were spoken once. */
const leastShared = 2;
/** Part of the letters that are the same in two texts of one sound. */
const alike = 0.6;

/**
 * The pieces, where they are as sure and miss no more than the whole; else the whole, whose gaps are recognized next. A piece that
 * is not believed keeps what the whole has there.
 */
export const withPieces = (first: State, again: readonly State[]): State[] => {
  const enough = first.words.length === 0 ? quiteSure : sureEnough;
  const believed = again.map((state) => {
    if (isBelieved(state, enough)) return state;
    const words = wordsIn(state.window, first);
    return { ...state, words, gaps: gapsOf(state, words) };
  });
  const words = believed.flatMap((state) => state.words);
  const isAsSure =
    first.words.length === 0 || averageLogProbability(words) >= averageLogProbability(first.words) - surenessLost;
  return words.length > 0 && isAsSure && missing(believed) <= missing([first])
    ? believed
    : [{ ...first, divided: true }];
};

/** The words of a window whose middle is in another one, in the other's times. */
const wordsIn = (window: Window, { window: first, words }: WindowWords): RecognizedWord[] =>
  words.flatMap((word) => {
    const middle = inWindow(window, inRecording(first, (word.start + word.end) / 2));
    if (middle === null) return [];
    const half = (word.end - word.start) / 2;
    const start = Math.max(0, middle - half);
    return [{ ...word, start, reach: start, end: middle + half }];
  });

/** The first pass, with the results of the second in its gaps. */
export const withGaps = (first: State, again: readonly State[]): State[] => {
  const result: State[] = [];
  const left: Gap[] = [];
  let rest = endingEarly(first);
  let { removed, surplus } = first;
  for (const gap of first.gaps) {
    const found = again.find(({ window }) => window === gap.window);
    if (found === undefined || !(isBelieved(found, sureEnough) || isRepetition(found, first.words))) {
      left.push(gap);
      continue;
    }
    // Words within the gap were recognized again.
    const middle = ({ start, end }: RecognizedWord) => (start + end) / 2;
    const before = rest.filter((word) => middle(word) < gap.start);
    rest = rest.filter((word) => middle(word) > gap.end);
    const words = found.words.slice(0, found.words.length - sharedBy(found.words, rest));
    result.push({ ...first, words: before, removed, surplus, gaps: [], open: false }, { ...found, words });
    [removed, surplus] = [[], []];
  }
  return [...result, { ...first, words: rest, removed, surplus, gaps: left, open: false }];
};

/** The words, the last of them where it stood when the gaps behind it were found. */
const endingEarly = ({ words, gaps }: State): RecognizedWord[] => {
  const last = words.at(-1);
  const behind = gaps.at(-1);
  if (last === undefined || behind === undefined) return words;
  const early = lastPlaced(last);
  return early.end <= behind.start ? [...words.slice(0, -1), early] : words;
};

/** The first pass, with those repeats that the sound has and the text had not, where each of them is confirmed by itself. */
export const withMissed = (first: State, again: readonly State[]): State[] => {
  const words = [...first.words];
  let next = 0;
  const checked = first.missed.map((undercount) => {
    const alone = again.slice(next, next + undercount.places.length);
    next += undercount.places.length;
    return { ...undercount, alone };
  });
  let isCounted = true;
  // From the end on, so that what lies before stays where it is.
  for (const { at, count, phrase, places, alone } of checked.toReversed()) {
    const text = phrase.map(plain).join(' ');
    const confirmed = places.filter((_, index) => isAlike(textOf(alone[index]), text));
    const isMore = confirmed.length * phrase.length > count;
    if (isMore) words.splice(at, count, ...confirmed.flatMap((place) => placed(phrase, place)));
    isCounted &&= isMore;
  }
  return [{ ...first, words, missed: [], isCounted, gaps: gapsOf(first, words) }];
};

/** Whether most letters of two texts are the same, in the same order: a word by itself is easily misrecognized. */
const isAlike = (a: string, b: string): boolean => {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    const next = [0];
    for (let i = 0; i < b.length; i++)
      next.push(letter === b[i] ? (row[i] ?? 0) + 1 : Math.max(row[i + 1] ?? 0, next[i] ?? 0));
    row = next;
  }
  return (row[b.length] ?? 0) >= alike * Math.max(a.length, b.length);
};

const textOf = (state: State | undefined): string =>
  withoutRepeats(state?.words ?? [])
    .map(plain)
    .join(' ');

/** How many words at the end of some stand at the beginning of others, too. */
const sharedBy = (some: readonly RecognizedWord[], others: readonly RecognizedWord[]): number => {
  for (let count = Math.min(some.length, others.length); count >= leastShared; count--)
    if (some.slice(-count).every((word, index) => plain(word) === plain(others[index] ?? word))) return count;
  return 0;
};

const missing = (states: readonly State[]): number =>
  states.reduce(
    (sum, { gaps, removed }) => sum + removed.length / 2 + gaps.reduce((all, { seconds }) => all + seconds, 0),
    0,
  );

/** Whether it surely repeats the words beside it: a repeated sentence brings nothing new, and the model takes it for silence. */
const isRepetition = ({ words }: WindowWords, beside: readonly RecognizedWord[]): boolean =>
  words.length >= leastShared &&
  averageLogProbability(words) >= quiteSure &&
  beside.some((_, at) =>
    words.every((word, index) => plain(word) === plain(beside[at + index] ?? { ...word, text: '' })),
  );

const isBelieved = ({ window, words, noSpeech }: WindowWords, enough: number): boolean =>
  words.length > 0 &&
  noSpeech <= silent &&
  averageLogProbability(words) >= enough &&
  words.reduce((sum, { text }) => sum + [...text].length, 0) <= (fastest * windowLength(window)) / sampleRate;
