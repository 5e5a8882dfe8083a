import type { RecognizedSegment } from '@whisper-bot/transcript';
import type { Span } from '../contract.js';
import { createPlacer } from './place.js';
import { type PlacedWord, segmentsOf } from './segment.js';
import type { WindowWords } from './window-state.js';
import { toWord } from './word.js';

/**
 * The words of the windows as segments of the recording. Words keep their order, lie within the given speech, and
 * neither overlap nor go back in time.
 */
export const assemble = (
  windows: readonly WindowWords[],
  { speech, language }: { speech: readonly Span[]; language: string },
): RecognizedSegment[] => {
  const placed: PlacedWord[] = [];
  let reached = 0;
  for (const { window, words, noSpeech, language: own } of windows) {
    const place = createPlacer(window, speech);
    for (const word of words) {
      const span = place(word.start, word.end);
      if (span === null) continue;
      const start = Math.max(span.start, reached);
      const end = Math.max(span.end, start);
      reached = end;
      placed.push({
        word: toWord(word, start, end),
        logProbabilities: word.logProbabilities,
        noSpeech,
        language: own,
      });
    }
  }
  return segmentsOf(placed, language);
};
