import type { WindowResult } from './answer.js';
import type { Window } from './window.js';

/** A window, the result for it, and the language it was recognized in. */
export interface RecognizedWindow {
  window: Window;
  result: WindowResult;
  /** ISO 639-1 code. */
  language: string;
}

/** Recognizes windows, each in its language; the results are in the order of the windows. */
export type Recognize = (windows: readonly { window: Window; language: string }[]) => Promise<RecognizedWindow[]>;
