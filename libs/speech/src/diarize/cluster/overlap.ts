import type { Analysis } from '../analysis/analysis.js';
import { anybody, columns, windowsAtOnce } from '../analysis/grid.js';
import { byWindow } from './assign.js';

/** Frames of speech, and of two people speaking at once whom a window tells apart: about how many, from all windows that look at a moment. */
export const overlapOf = ({ windows, speakers }: Analysis): { speech: number; overlap: number } => {
  const groups = byWindow(speakers);
  let [speech, overlap] = [0, 0];
  for (let window = 0; window < windows.length; window++) {
    const probabilities = windows.at(window);
    if (!probabilities) continue;
    const isSeveral = (groups.get(window)?.length ?? 0) > 1;
    for (let cell = 0; cell < probabilities.length; cell += columns) {
      const somebody = probabilities[cell + anybody] as number;
      if (somebody <= half) continue;
      speech++;
      const voices =
        (probabilities[cell] as number) + (probabilities[cell + 1] as number) + (probabilities[cell + 2] as number);
      if (isSeveral && voices - somebody > half) overlap++;
    }
  }
  return { speech: speech / windowsAtOnce, overlap: overlap / windowsAtOnce };
};

/** Of probabilities in 255ths. */
const half = 127;
