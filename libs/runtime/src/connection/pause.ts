/** Bounds of the pause between two attempts to reach a neighbour, milliseconds. */
export interface PauseBounds {
  /** Before the second attempt; doubles from there. */
  first: number;
  longest: number;
}

/** All must be back within seconds of a neighbour's return, and a neighbour that comes up must not be run over. */
export const usual: PauseBounds = { first: 100, longest: 2000 };

/**
 * Milliseconds to wait after so many failed attempts (from 1): doubles up to the longest, half of it random, so that
 * processes that lost a neighbour together do not return together ("equal jitter", AWS Architecture Blog 2015).
 */
export const reconnectPause = (attempt: number, { first, longest }: PauseBounds = usual): number => {
  const ceiling = Math.min(longest, first * 2 ** Math.min(Math.max(0, attempt - 1), 30));
  return Math.ceil(ceiling / 2 + (Math.random() * ceiling) / 2);
};
