import type { Recognition, Word } from '../model.js';
import { spaceBetween } from '../script.js';
import { singleLine } from '../word.js';

/** A glitch of Whisper: several words at one instant. They are spread, at most this far apart, in seconds. */
const spreadStep = 0.2;

/** No word is shorter, seconds, where there is room: one step of Whisper's encoder. */
const shortest = 0.02;

/** Words in order, and the language each is in. */
export interface CollectedWords {
  words: Word[];
  /** ISO 639-1 codes, one a word. */
  languages: string[];
}

/**
 * All words of all chunks in order, empty ones left out, with times that never go backwards and lie within
 * `[0, duration]`: each word starts no earlier than the one before it ends, and is longer than nothing. Texts are never changed but for white space.
 */
export const collectWords = (recognitions: readonly Recognition[], duration: number): CollectedWords => {
  const words: Word[] = [];
  const languages: string[] = [];
  for (const recognition of recognitions) {
    let first = true;
    for (const segment of recognition.segments) {
      for (const word of segment.words) {
        const text = singleLine(word.text);
        if (text === '') continue;
        const copy: Word = { ...word, text };
        // A transcriber cannot know what stands before its chunk: the letters that meet decide about the space.
        const before = words.at(-1);
        if (first && before !== undefined) copy.spaceBefore = spaceBetween(before.text, text);
        first = false;
        words.push(copy);
        languages.push(segment.language ?? recognition.language);
      }
    }
  }
  repairTimes(words, duration);
  return { words, languages };
};

/** Repairs the times in place; see `collectWords`. Words whose start does not fit into the rising order are interpolated. */
const repairTimes = (words: Word[], duration: number): void => {
  const limit = duration > 0 ? duration : Number.POSITIVE_INFINITY;
  const starts = words.map((word) => (Number.isFinite(word.start) ? Math.min(Math.max(word.start, 0), limit) : -1));
  const kept = longestRising(starts);
  interpolate(starts, kept);
  spread(starts, words, limit);
  const least = Math.min(shortest, limit / Math.max(1, words.length));
  separate(starts, limit, least);
  for (const [index, word] of words.entries()) {
    const start = starts[index] ?? 0;
    const next = starts[index + 1] ?? limit;
    const end = Number.isFinite(word.end) ? word.end : start;
    word.start = start;
    word.end = Math.min(next, Math.max(start + least, end));
  }
};

/**
 * Which values belong to the longest non-decreasing subsequence (patience sorting, n log n): one stray time then
 * moves only its own word and not all that follow.
 */
const longestRising = (values: readonly number[]): boolean[] => {
  const tails: number[] = [];
  const previous = new Int32Array(values.length).fill(-1);
  for (const [index, value] of values.entries()) {
    if (value < 0) continue;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[tails[middle] ?? 0] ?? 0) <= value) low = middle + 1;
      else high = middle;
    }
    previous[index] = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = index;
  }
  const kept = new Array<boolean>(values.length).fill(false);
  for (let index = tails.at(-1) ?? -1; index >= 0; index = previous[index] ?? -1) kept[index] = true;
  return kept;
};

/** Values not kept get evenly spaced places between their kept neighbours. */
const interpolate = (values: number[], kept: readonly boolean[]): void => {
  let left = -1;
  for (let index = 0; index <= values.length; index += 1) {
    if (index < values.length && !kept[index]) continue;
    const from = left >= 0 ? (values[left] ?? 0) : index < values.length ? (values[index] ?? 0) : 0;
    const to = index < values.length ? (values[index] ?? from) : from;
    for (let inner = left + 1; inner < index; inner += 1) {
      values[inner] = from + ((to - from) * (inner - left)) / (index - left);
    }
    left = index;
  }
};

/** Moves starts as little as it takes for each word to have its least length before the next, and the last before the end. */
const separate = (starts: number[], limit: number, least: number): void => {
  for (let index = 1; index < starts.length; index += 1) {
    starts[index] = Math.max(starts[index] ?? 0, (starts[index - 1] ?? 0) + least);
  }
  let bound = limit;
  for (let index = starts.length - 1; index >= 0; index -= 1) {
    bound -= least;
    if ((starts[index] ?? 0) <= bound) break;
    starts[index] = Math.max(0, bound);
  }
};

/** Words at the same instant share the time until the next word. */
const spread = (starts: number[], words: readonly Word[], limit: number): void => {
  for (let first = 0; first < starts.length; ) {
    const start = starts[first] ?? 0;
    let after = first + 1;
    while (after < starts.length && starts[after] === start) after += 1;
    const count = after - first;
    if (count > 1) {
      const lastEnd = words[after - 1]?.end ?? start;
      const bound = after < starts.length ? (starts[after] ?? start) : Math.min(limit, start + spreadStep * count);
      const until = Math.min(bound, Math.max(lastEnd, start + spreadStep * count));
      for (let inner = 1; inner < count; inner += 1) {
        starts[first + inner] = start + (Math.max(0, until - start) * inner) / count;
      }
      for (let inner = 0; inner < count; inner += 1) {
        const word = words[first + inner];
        if (word !== undefined && !(word.end > start)) word.end = until;
      }
    }
    first = after;
  }
};
