import { sampleRate } from '../wav/sample-rate.js';
import type { RecognizedWindow } from './recognize.js';
import { type AudioSlice, margin, type Window } from './window.js';
import { longest, type RecognizedWord } from './word.js';

/** Seconds [start, end) of a window. */
interface Interval {
  start: number;
  end: number;
}

/** Speech in a window that no word covers. */
export interface Gap {
  /** What to recognize again. */
  window: Window;
  /** Seconds of speech in it, without the margins. */
  seconds: number;
  /** Where it is in the window it lies in, seconds. */
  start: number;
  end: number;
}

/** Word times are right to about so many seconds: what is nearer to a word belongs to it. */
const near = 0.3;
/** A slice without any word: a single word may be no longer, seconds. */
const leastAlone = 0.35;
/** Within a slice people pause; a window holds only speech with its margins, and no one breathes for so long, seconds. */
const leastWithin = 2;
/** A gap that begins or ends so near the end of its slice reaches to it, seconds: no word may be split. */
const whole = 0.6;

/** The last token's sound reaches to the end of the window, whatever is spoken there: its word is where that sound begins. */
export const lastPlaced = <T extends RecognizedWord>(word: T): T => {
  const start = word.reach ?? word.start;
  return { ...word, start, end: Math.min(word.end, start + longest(word.text)) };
};

/** Where the words are: one whose sound reaches further than anyone takes to speak it ends early. */
const covered = (words: readonly RecognizedWord[]): Interval[] =>
  words.map((word, index) => {
    const { start, end } = index === words.length - 1 ? lastPlaced(word) : word;
    return { start: start - near, end: end + near };
  });

/**
 * The gaps of a window, in order; `words` are its words in window time. What follows each other directly is one gap, unless
 * `apart`: a model that twice stopped after the first sentence is given the others one by one.
 */
export const gapsOf = (
  { window }: Pick<RecognizedWindow, 'window'>,
  words: readonly RecognizedWord[],
  { apart = false }: { apart?: boolean } = {},
): Gap[] => {
  const intervals = covered(words);
  const holes: { slice: AudioSlice; start: number; end: number; alone: boolean }[] = [];
  for (const slice of window) {
    const from = slice.at / sampleRate;
    const to = (slice.at + slice.to - slice.from) / sampleRate;
    const edge = Math.min(margin / sampleRate, (to - from) / 3);
    const core = { start: from + edge, end: to - edge };
    for (const free of without(core, intervals)) {
      const alone = free.start === core.start && free.end === core.end;
      if (free.end - free.start < (alone ? leastAlone : leastWithin)) continue;
      const start = free.start - core.start < whole ? from : free.start - near;
      const end = core.end - free.end < whole ? to : free.end + near;
      holes.push({ slice, start, end, alone });
    }
  }
  return joined(holes, apart);
};

/** What of an interval the others leave, in order. */
const without = (core: Interval, intervals: readonly Interval[]): Interval[] => {
  let free = [core];
  for (const { start, end } of intervals) {
    free = free.flatMap((each) =>
      end <= each.start || start >= each.end
        ? [each]
        : [
            { start: each.start, end: start },
            { start: end, end: each.end },
          ].filter((left) => left.end > left.start),
    );
  }
  return free;
};

/** Holes that follow each other directly are one gap, unless `apart`. */
const joined = (holes: readonly { slice: AudioSlice; start: number; end: number }[], apart: boolean): Gap[] => {
  const gaps: { start: number; end: number; seconds: number; pieces: { from: number; to: number }[] }[] = [];
  for (const { slice, start, end } of holes) {
    const toRecording = (seconds: number) => Math.round(slice.from + seconds * sampleRate - slice.at);
    const piece = { from: toRecording(start), to: Math.min(slice.to, toRecording(end)) };
    const last = gaps.at(-1);
    const seconds = end - start;
    if (!apart && last !== undefined && start - last.end < 0.01) {
      last.end = end;
      last.seconds += seconds;
      last.pieces.push(piece);
    } else gaps.push({ start, end, seconds, pieces: [piece] });
  }
  return gaps.map(({ start, end, seconds, pieces }) => {
    let at = 0;
    const window = pieces.map(({ from, to }) => {
      const placed = { from, to, at };
      at += to - from;
      return placed;
    });
    return { window, seconds, start, end };
  });
};
