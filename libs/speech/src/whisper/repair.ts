import type { Removed } from '@whisper-bot/transcript';
import type { Wav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { cutLong } from './cut.js';
import { type Gap, gapsOf } from './gap.js';
import { averageLogProbability, withoutInventions } from './guard.js';
import type { Hear, Heard } from './hear.js';
import { plain, repeatsOf, withoutLoops } from './repeat.js';
import { pack, type Window, windowLength } from './window.js';
import { type HeardWord, wordsOf } from './word.js';

/** The words of a window, without what the model invented, in window time. */
export interface Said {
  window: Window;
  words: HeardWord[];
  language: string;
  noSpeech: number;
}

export interface RepairRequest {
  wav: Wav;
  hear: Hear;
  /** Whether the words are English, whatever is spoken. */
  translate: boolean;
}

/** How often what is still missing is heard again. */
const rounds = 3;
/** A window that is heard in pieces has about so many seconds in each: there is little room for a loop, and enough to understand. */
const pieceSeconds = 8;
/** Words of a second hearing count from this mean log probability on; where the first heard nothing at all, from the second. */
const sureEnough = -0.8;
const quiteSure = -0.5;
/** What is heard in pieces may be less sure than the whole by so much. */
const surenessLost = 0.15;
const silent = 0.6;
/** Nobody says more letters a second. */
const fastest = 25;
/** Speech without words is named from so many seconds on. */
const worthNaming = 1;
/** A phrase written so often is heard again in pieces where speech is missing, or in any case: a model that repeats cannot count. */
const suspectRepeats = 3;
const doubtfulRepeats = 5;

/** So many words in a row that are heard twice were said once. */
const leastShared = 2;

interface State extends Said {
  removed: HeardWord[];
  gaps: Gap[];
  /** Whether it may be heard again. */
  open: boolean;
  /** Whether its pieces were heard, and were no better. */
  divided: boolean;
}

/**
 * Words of all windows, in order. Speech that no word covers is heard again, by itself; a window whose text repeats itself and misses
 * speech is heard again in pieces. What stays without words, and repeats that there is no sound for, are named as removed.
 */
export const repair = async (
  heard: readonly Heard[],
  { wav, hear, translate }: RepairRequest,
): Promise<{ said: Said[]; removed: Removed[] }> => {
  const stateOf = (one: Heard): State => {
    const { words, removed } = saidIn(one, translate);
    const { window, language, hearing } = one;
    return {
      window,
      words,
      removed,
      language,
      noSpeech: hearing.noSpeech,
      gaps: gapsOf(one, words),
      open: true,
      divided: false,
    };
  };
  let said: State[] = heard.map(stateOf);
  let open = new Set(said);
  for (let round = 0; round < rounds; round++) {
    const plans: { state: State; windows: Window[]; pieces: boolean }[] = [];
    for (const state of open) {
      const plan = await planOf(state, wav);
      if (plan.windows.length > 0) plans.push({ state, ...plan });
    }
    if (plans.length === 0) break;
    const again = await hear(
      plans.flatMap(({ state, windows }) => windows.map((window) => ({ window, language: state.language }))),
    );
    const byWindow = new Map(again.map((one) => [one.window, stateOf(one)]));
    const replaced = new Map(
      plans.map(({ state, windows, pieces }) => {
        const found = windows.flatMap((window) => byWindow.get(window) ?? []);
        return [state, pieces ? withPieces(state, found) : withGaps(state, found)];
      }),
    );
    said = said.flatMap((state) => replaced.get(state) ?? [state]);
    open = new Set([...replaced.values()].flatMap((states) => states.filter(({ open: more }) => more)));
  }
  return { said, removed: said.flatMap(removedOf).sort((a, b) => a.start - b.start) };
};

const saidIn = ({ window, hearing, language }: Heard, translate: boolean) => {
  const all = wordsOf(hearing.pieces, translate ? 'en' : language);
  const { words, removed } = withoutLoops(all);
  return { words: withoutInventions(hearing, words, windowLength(window) / sampleRate), removed };
};

const inPieces = ({ words, gaps, removed, divided }: State): boolean =>
  !divided &&
  ((words.length === 0 && gaps.length > 0) ||
    repeatsOf(words, () => doubtfulRepeats - 1).length > 0 ||
    ((gaps.length > 0 || removed.length > 0) && repeatsOf(words, () => suspectRepeats - 1).length > 0));

/** What is to be heard again. */
const planOf = async (state: State, wav: Wav): Promise<{ windows: Window[]; pieces: boolean }> => {
  if (state.words.length === 0 && state.noSpeech > silent) return { windows: [], pieces: false };
  if (inPieces(state)) {
    const windows = await piecesOf(state.window, wav);
    // What cannot be divided would be heard as before.
    if (windows.length > 1) return { windows, pieces: true };
  }
  return { windows: state.words.length === 0 ? [] : state.gaps.map(({ window }) => window), pieces: false };
};

/** Neighbouring stretches together, up to the length of a piece; a longer one is divided. */
const piecesOf = async (window: Window, wav: Wav): Promise<Window[]> => {
  const pieces: { from: number; to: number }[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const stretch of await cutLong(wav, window, pieceSeconds * sampleRate)) {
    const own = (stretch.to - stretch.from) / sampleRate;
    if (length + own > pieceSeconds) {
      pieces.push([]);
      length = 0;
    }
    pieces.at(-1)?.push(stretch);
    length += own;
  }
  return pieces.flatMap((piece) => pack(piece));
};

/** What was heard in pieces, where it is as sure and misses no more than the whole; else the whole, whose gaps are heard next. */
const withPieces = (first: State, again: readonly State[]): State[] => {
  const enough = first.words.length === 0 ? quiteSure : sureEnough;
  const believed = again.map((state) => (isBelieved(state, enough) ? state : { ...state, words: [] }));
  const words = believed.flatMap((state) => state.words);
  const isAsSure =
    first.words.length === 0 || averageLogProbability(words) >= averageLogProbability(first.words) - surenessLost;
  return words.length > 0 && isAsSure && missing(believed) <= missing([first])
    ? believed
    : [{ ...first, divided: true }];
};

/** What was heard first, with what was heard again in its gaps. */
const withGaps = (first: State, again: readonly State[]): State[] => {
  const result: State[] = [];
  const left: Gap[] = [];
  let rest = first.words;
  let { removed } = first;
  for (const gap of first.gaps) {
    const found = again.find(({ window }) => window === gap.window);
    if (found === undefined || !isBelieved(found, sureEnough)) {
      left.push(gap);
      continue;
    }
    // Whatever was heard within the gap was heard again.
    const middle = ({ start, end }: HeardWord) => (start + end) / 2;
    const before = rest.filter((word) => middle(word) < gap.start);
    rest = rest.filter((word) => middle(word) > gap.end);
    const words = found.words.slice(0, found.words.length - sharedBy(found.words, rest));
    result.push({ ...first, words: before, removed, gaps: [], open: false }, { ...found, words });
    removed = [];
  }
  return [...result, { ...first, words: rest, removed, gaps: left, open: false }];
};

/** How many words at the end of some stand at the beginning of others, too. */
const sharedBy = (some: readonly HeardWord[], others: readonly HeardWord[]): number => {
  for (let count = Math.min(some.length, others.length); count >= leastShared; count--)
    if (some.slice(-count).every((word, index) => plain(word) === plain(others[index] ?? word))) return count;
  return 0;
};

const missing = (states: readonly State[]): number =>
  states.reduce(
    (sum, { gaps, removed }) => sum + removed.length / 2 + gaps.reduce((all, { seconds }) => all + seconds, 0),
    0,
  );

const isBelieved = ({ window, words, noSpeech }: Said, enough: number): boolean =>
  words.length > 0 &&
  noSpeech <= silent &&
  averageLogProbability(words) >= enough &&
  words.reduce((sum, { text }) => sum + [...text].length, 0) <= (fastest * windowLength(window)) / sampleRate;

const removedOf = ({ window, gaps, removed }: State): Removed[] => {
  const times = (pieces: Window) => ({
    start: (pieces[0]?.from ?? 0) / sampleRate,
    end: (pieces.at(-1)?.to ?? 0) / sampleRate,
  });
  const named: Removed[] = gaps
    .filter(({ seconds }) => seconds >= worthNaming)
    .map((gap) => ({ ...times(gap.window), reason: 'no-words' }));
  return removed.length === 0 ? named : [...named, { ...spanOf(window, removed), reason: 'repetition' }];
};

/** Where words of a window are in the recording, seconds. */
const spanOf = (window: Window, words: readonly HeardWord[]): { start: number; end: number } => {
  const toRecording = (seconds: number) => {
    const sample = seconds * sampleRate;
    const stretch = window.find(({ from, to, at }) => sample <= at + to - from) ?? window.at(-1);
    return stretch === undefined
      ? 0
      : (stretch.from + Math.min(stretch.to - stretch.from, Math.max(0, sample - stretch.at))) / sampleRate;
  };
  const start = toRecording(Math.min(...words.map((word) => word.start)));
  return { start, end: Math.max(start, toRecording(Math.max(...words.map((word) => word.end)))) };
};
