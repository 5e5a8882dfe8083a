import type { Analysis } from '../analysis/analysis.js';
import { anybody, columns, windowsAtOnce } from '../analysis/grid.js';

/** Frames of speech, and of two people speaking at once: about how many, from all windows that look at a moment. */
export const overlapOf = ({ windows }: Analysis): { speech: number; overlap: number } => {
  let [speech, overlap] = [0, 0];
  for (let window = 0; window < windows.length; window++) {
    const probabilities = windows.at(window);
    if (!probabilities) continue;
    for (let cell = 0; cell < probabilities.length; cell += columns) {
      const somebody = probabilities[cell + anybody] as number;
      if (somebody <= half) continue;
      speech++;
      const voices =
        (probabilities[cell] as number) + (probabilities[cell + 1] as number) + (probabilities[cell + 2] as number);
      if (voices - somebody > half) overlap++;
    }
  }
  return { speech: speech / windowsAtOnce, overlap: overlap / windowsAtOnce };
};

/** Of probabilities in 255ths. */
const half = 127;
