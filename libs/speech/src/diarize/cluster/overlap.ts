import type { Analysis } from '../analysis/analysis.js';
import { anySpeaker, columns, windowsAtOnce } from '../analysis/grid.js';
import { byWindow } from './assign.js';

/** Estimated frames of speech, and of overlapped speech of speakers that a window separates, averaged over the windows that cover a moment. */
export const overlapOf = ({ windows, speakers }: Analysis): { speech: number; overlap: number } => {
  const groups = byWindow(speakers);
  let [speech, overlap] = [0, 0];
  for (let window = 0; window < windows.length; window++) {
    const probabilities = windows.at(window);
    if (!probabilities) continue;
    const isSeveral = (groups.get(window)?.length ?? 0) > 1;
    for (let cell = 0; cell < probabilities.length; cell += columns) {
      const anyProbability = probabilities[cell + anySpeaker] as number;
      if (anyProbability <= half) continue;
      speech++;
      const embeddings =
        (probabilities[cell] as number) + (probabilities[cell + 1] as number) + (probabilities[cell + 2] as number);
      if (isSeveral && embeddings - anyProbability > half) overlap++;
    }
  }
  return { speech: speech / windowsAtOnce, overlap: overlap / windowsAtOnce };
};

/** Of probabilities in 255ths. */
const half = 127;
