import type { Hearing } from './answer.js';
import { tailOf, type Window } from './window.js';

/**
 * Seconds of speech after the last word that are heard once more: Whisper sometimes takes a pause for the end. A window
 * holds only speech with its margins, and nobody breathes for so long.
 */
const least = 3;

/** What was left out at the end of windows, by their number. */
export const unheard = (windows: readonly Window[], hearings: readonly Hearing[]): Map<number, Window> => {
  const tails = new Map<number, Window>();
  for (const [index, window] of windows.entries()) {
    const last = hearings[index]?.pieces.findLast(({ mark, text }) => !mark && /[\p{L}\p{N}]/u.test(text));
    // Where nothing was heard, nothing was said: a second hearing would invent it.
    const tail = last === undefined ? null : tailOf(window, last.aligned >= 0 ? last.aligned : last.end, least);
    if (tail !== null) tails.set(index, tail);
  }
  return tails;
};

/** Each tail behind its window. `more` are the hearings of the tails, in order. */
export const withTails = (
  { windows, hearings }: { windows: readonly Window[]; hearings: readonly Hearing[] },
  tails: ReadonlyMap<number, Window>,
  more: readonly Hearing[],
): { windows: Window[]; hearings: Hearing[] } => {
  const left = [...more];
  const all = windows.flatMap((window, index) => {
    const own = { window, hearing: hearings[index] };
    const tail = tails.get(index);
    return tail === undefined ? [own] : [own, { window: tail, hearing: left.shift() }];
  });
  const heard = all.flatMap(({ window, hearing }) => (hearing === undefined ? [] : [{ window, hearing }]));
  return { windows: heard.map(({ window }) => window), hearings: heard.map(({ hearing }) => hearing) };
};
