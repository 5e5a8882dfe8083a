import { sampleRate } from '../wav/sample-rate.js';
import type { Piece, WindowResult } from './answer.js';
import { type Window, windowLength } from './window.js';

/** Speech of fewer seconds is recognized a second time, with what surrounds it, where the first result leaves doubt (docs/adr/0015). */
const shortSpeech = 4;
/** So many seconds around it, and no more in all. */
const around = 3;
const longestSurroundings = 12;
/** Logarithm of the probability of a text that leaves no doubt. */
const sure = -1;
/** What the second result must be likelier by, a logarithm: the first is right as often where they are alike. */
const margin = 1;

export const isShort = (window: Window): boolean => windowLength(window) < shortSpeech * sampleRate;

/** One slice with all that surrounds the speech of a short window; null where that is too far apart. */
export const surroundingsOf = (window: Window, length: number): Window | null => {
  const [first, last] = [window[0], window.at(-1)];
  if (first === undefined || last === undefined || !isShort(window)) return null;
  const from = Math.max(0, first.from - around * sampleRate);
  const to = Math.min(length, last.to + around * sampleRate);
  return to - from > longestSurroundings * sampleRate ? null : [{ from, to, at: 0 }];
};

const spokenPieces = ({ pieces }: WindowResult): Piece[] =>
  pieces.filter(({ mark, text }) => !mark && /[\p{L}\p{N}]/u.test(text));

/** Logarithm of the probability of the words; null where there are none. */
export const likelihoodOf = (result: WindowResult): number | null => {
  const spoken = spokenPieces(result);
  return spoken.length === 0 ? null : spoken.reduce((sum, { p }) => sum + p, 0);
};

/** Whether a result leaves doubt about a few words. */
export const isDoubtful = (result: WindowResult): boolean => (likelihoodOf(result) ?? Number.NEGATIVE_INFINITY) < sure;

/** Of two results for one sound, alone and with its surroundings, the one that is clearly likelier. */
export const likelier = (alone: WindowResult, wide: WindowResult): WindowResult => {
  const [a, b] = [likelihoodOf(alone), likelihoodOf(wide)];
  // Where there are no words in the sound itself, its surroundings tell nothing of it.
  return a !== null && b !== null && b > a + margin ? wide : alone;
};

/** The result for the surroundings in the times of the window they surround. */
export const inTimesOf = (window: Window, result: WindowResult, surroundings: Window): WindowResult => {
  const from = surroundings[0]?.from ?? 0;
  const moved = (seconds: number): number => {
    if (seconds < 0) return seconds;
    const sample = from + seconds * sampleRate;
    const slice = window.find(({ to }) => sample <= to) ?? window.at(-1);
    if (slice === undefined) return 0;
    return (slice.at + Math.max(0, Math.min(sample, slice.to) - slice.from)) / sampleRate;
  };
  const pieces = result.pieces.map((piece) => ({
    ...piece,
    start: moved(piece.start),
    end: moved(piece.end),
    aligned: moved(piece.aligned),
  }));
  return { ...result, pieces };
};
