import type { RecognizedSegment, Word } from '@whisper-bot/transcript';

/** A word as placed in the recording, with the log probabilities of its pieces. */
export interface PlacedWord {
  word: Word;
  logProbabilities: readonly number[];
  noSpeech: number;
  /** ISO 639-1 code. */
  language: string;
}

/** A pause this long ends a segment, seconds. */
const pause = 1;
/** Without punctuation a segment is broken at a smaller pause after so many seconds, and anywhere after twice that. */
const long = 15;
const smallPause = 0.3;

const ends = /[.!?…。？！।؟]["'»”’)\]]*$/u;

/**
 * Words to segments of about a sentence: broken after closing punctuation, at pauses and where the language changes. A segment in
 * another language than `language` says so.
 */
export const segmentsOf = (words: readonly PlacedWord[], language: string): RecognizedSegment[] => {
  const groups: PlacedWord[][] = [];
  for (const placed of words) {
    const group = groups.at(-1);
    if (group === undefined || breaksBefore(group, placed)) groups.push([placed]);
    else group.push(placed);
  }
  return groups.map((group) => toSegment(group, language));
};

const breaksBefore = (group: readonly PlacedWord[], placed: PlacedWord): boolean => {
  const next: Word = placed.word;
  const first = group[0]?.word ?? next;
  const last = group.at(-1)?.word ?? next;
  if (group.at(-1)?.language !== placed.language) return true;
  const gap = next.start - last.end;
  const length = last.end - first.start;
  return ends.test(last.text) || gap >= pause || (length > long && gap >= smallPause) || length > 2 * long;
};

const toSegment = (group: readonly PlacedWord[], language: string): RecognizedSegment => {
  const own = group[0]?.language ?? language;
  const all = group.flatMap(({ logProbabilities }) => logProbabilities);
  const noSpeech = Math.max(...group.map((placed) => placed.noSpeech));
  return {
    start: group[0]?.word.start ?? 0,
    end: group.at(-1)?.word.end ?? 0,
    words: group.map(({ word }) => word),
    ...(own === language ? {} : { language: own }),
    ...(all.length === 0
      ? {}
      : { averageLogProbability: Math.min(0, all.reduce((sum, value) => sum + value, 0) / all.length) }),
    ...(noSpeech >= 0 ? { noSpeechProbability: Math.min(1, noSpeech) } : {}),
  };
};
