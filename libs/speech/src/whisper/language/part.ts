import { sampleRate } from '../../wav/sample-rate.js';
import type { Window } from '../window.js';

/** Whose language is asked for: samples [from, to) of a window, and where they are in the recording. */
export interface Part {
  from: number;
  to: number;
  /** Sample of the recording. */
  at: number;
}

/** About so long, samples: in less Whisper is rarely sure, in more two languages may be mixed. */
export const partLength = 2.5 * sampleRate;

/** The parts of a window: its slices, longer ones divided evenly. */
export const partsOf = (window: Window): Part[] =>
  window.flatMap(({ from, to, at }) => {
    const count = Math.max(1, Math.round((to - from) / partLength));
    const each = (to - from) / count;
    return Array.from({ length: count }, (_, index) => ({
      from: Math.round(at + index * each),
      to: Math.round(at + (index + 1) * each),
      at: Math.round(from + index * each),
    }));
  });
