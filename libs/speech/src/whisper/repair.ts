import type { Removed } from '@whisper-bot/transcript';
import type { Wav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { leastRepeats } from './count.js';
import { cutLong } from './cut.js';
import type { Recognize, RecognizedWindow } from './recognize.js';
import { repeatsOf } from './repeat.js';
import { silent, withGaps, withMissed, withPieces } from './second-pass.js';
import { groupsOf, utterancesOf } from './utterance.js';
import { pack, partOf, type Window } from './window.js';
import { removedOf, type State, stateOf, type WindowWords } from './window-state.js';

export interface RepairRequest {
  wav: Wav;
  recognize: Recognize;
  /** Whether the words are English, whatever is spoken. */
  translate: boolean;
}

/** How often what is still missing is recognized again. */
const rounds = 3;
/** A window that is recognized in pieces has about so many seconds in each: there is little room for a loop, and enough to understand. */
const pieceSeconds = 8;
/** So many utterances are recognized together: of three a model still counts the repeats. */
const mostTogether = 3;
/** A phrase that the sound does not count is recognized again in pieces where it is written so often. */
const doubtfulRepeats = 5;
/** Beside a repeat that is recognized by itself, seconds. */
const breath = 0.15;

/** What is to be recognized again, and how the results are merged. */
interface Plan {
  state: State;
  windows: Window[];
  merge: (first: State, again: readonly State[]) => State[];
}

/**
 * Words of all windows, in order. Speech that no word covers is recognized again, by itself; repeats that the sound has and the text has not,
 * one by one; a window whose text repeats itself and misses speech, in pieces. What stays without words, and repeats that there is no
 * sound for, are named as removed.
 */
export const repair = async (
  recognized: readonly RecognizedWindow[],
  { recognize, ...request }: RepairRequest,
): Promise<{ repaired: WindowWords[]; removed: Removed[] }> => {
  let repaired: State[] = await Promise.all(recognized.map((one) => stateOf(one, request)));
  let open = new Set(repaired);
  for (let round = 0; round < rounds; round++) {
    const plans: Plan[] = [];
    for (const state of open) {
      const plan = await planOf(state, request.wav);
      if (plan.windows.length > 0) plans.push({ state, ...plan });
    }
    if (plans.length === 0) break;
    const again = await recognize(
      plans.flatMap(({ state, windows }) => windows.map((window) => ({ window, language: state.language }))),
    );
    const states = await Promise.all(again.map((one) => stateOf(one, { ...request, again: true })));
    const byWindow = new Map(states.map((state) => [state.window, state]));
    const replaced = new Map(
      plans.map(({ state, windows, merge }) => [
        state,
        merge(
          state,
          windows.flatMap((window) => byWindow.get(window) ?? []),
        ),
      ]),
    );
    repaired = repaired.flatMap((state) => replaced.get(state) ?? [state]);
    open = new Set([...replaced.values()].flatMap((all) => all.filter(({ open: more }) => more)));
  }
  return { repaired, removed: repaired.flatMap(removedOf).sort((a, b) => a.start - b.start) };
};

const planOf = async (state: State, wav: Wav): Promise<Omit<Plan, 'state'>> => {
  const { window, words, missed, gaps } = state;
  if (words.length === 0 && state.noSpeech > silent) return { windows: [], merge: withGaps };
  if (missed.length > 0) {
    const places = missed.flatMap((undercount) => undercount.places);
    const windows = places.map(({ start, end }) => partOf(window, { start: start - breath, end: end + breath }));
    return { windows, merge: withMissed };
  }
  if (inPieces(state)) {
    const windows = await piecesOf(window, wav);
    // What cannot be divided would give the same result.
    if (windows.length > 1) return { windows, merge: withPieces };
  }
  return { windows: words.length === 0 ? [] : gaps.map((gap) => gap.window), merge: withGaps };
};

const inPieces = ({ words, gaps, removed, divided, isCounted }: State): boolean => {
  if (divided) return false;
  if (words.length === 0) return gaps.length > 0;
  const misses = gaps.length > 0 || removed.length > 0;
  return !isCounted && repeatsOf(words, () => (misses ? leastRepeats : doubtfulRepeats) - 1).length > 0;
};

/** A window in pieces of a few utterances; neighbouring intervals together and longer ones divided, where no one pauses. */
const piecesOf = async (window: Window, wav: Wav): Promise<Window[]> => {
  const groups = groupsOf(await utterancesOf(wav, window), mostTogether);
  if (groups.length > 1)
    return groups.map(({ start, end }) => partOf(window, { start: start - breath, end: end + breath }));
  const pieces: { from: number; to: number }[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const interval of await cutLong(wav, window, pieceSeconds * sampleRate)) {
    const own = (interval.to - interval.from) / sampleRate;
    if (length + own > pieceSeconds) {
      pieces.push([]);
      length = 0;
    }
    pieces.at(-1)?.push(interval);
    length += own;
  }
  return pieces.flatMap((piece) => pack(piece));
};
