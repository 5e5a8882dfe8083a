import type { WindowResult } from './answer.js';
import type { Window } from './window.js';

/** A window, what was heard in it, and the language it was heard in. */
export interface Heard {
  window: Window;
  result: WindowResult;
  /** ISO 639-1 code. */
  language: string;
}

/** Hears windows, each in its language; the answers are in the order of the windows. */
export type Hear = (windows: readonly { window: Window; language: string }[]) => Promise<Heard[]>;
