import type { RecognizedSegment } from '@whisper-bot/transcript';
import type { Span } from '../contract.js';
import { sampleRate } from '../wav/sample-rate.js';
import type { Hearing } from './answer.js';
import { withoutInventions } from './guard.js';
import { createPlacer } from './place.js';
import { type PlacedWord, segmentsOf } from './segment.js';
import { type Window, windowLength } from './window.js';
import { toWord, wordsOf } from './word.js';

/**
 * What was heard in the windows as segments of the recording. Words keep their order, lie within the given speech, and
 * neither overlap nor go back in time.
 */
export const assemble = (
  windows: readonly Window[],
  hearings: readonly Hearing[],
  { speech, language }: { speech: readonly Span[]; language: string },
): RecognizedSegment[] => {
  const placed: PlacedWord[] = [];
  let reached = 0;
  for (const [index, hearing] of hearings.entries()) {
    const window = windows[index];
    if (window === undefined) continue;
    const place = createPlacer(window, speech);
    const words = wordsOf(hearing.pieces, language);
    for (const word of withoutInventions(hearing, words, windowLength(window) / sampleRate)) {
      const span = place(word.start, word.end);
      if (span === null) continue;
      const start = Math.max(span.start, reached);
      const end = Math.max(span.end, start);
      reached = end;
      placed.push({
        word: toWord(word, start, end),
        logProbabilities: word.logProbabilities,
        noSpeech: hearing.noSpeech,
      });
    }
  }
  return segmentsOf(placed);
};
