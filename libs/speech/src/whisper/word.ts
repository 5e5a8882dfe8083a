import type { Word } from '@whisper-bot/transcript';
import type { Piece } from './answer.js';

/** A word in window time, with what its tokens say. */
export interface RecognizedWord {
  text: string;
  spaceBefore: boolean;
  start: number;
  end: number;
  /** Where the sound after the word before begins: it may be earlier than the start, after a pause. */
  reach?: number;
  /** One log probability a piece; none where the model does not say. */
  logProbabilities: number[];
}

/** Written without spaces: every piece is a word there. */
const spaceless = new Set(['zh', 'ja', 'yue', 'th', 'lo', 'my', 'km', 'bo']);

const silent = /^[^\p{L}\p{N}\p{S}%&@#]*$/u;
const opening = /^[\s"'«“‘([{¿¡„]+$/u;

/** Longest a word may reach back from its end, seconds: a pause before it is not the word. */
export const longest = (text: string): number => 0.25 + 0.09 * [...text].length;

/**
 * Joins pieces to words: a leading space begins one (in scripts without spaces every piece does), closing punctuation
 * belongs to the word before it. An aligned piece tells only its end; its word begins where the one before ended, or
 * later if it would be longer than anyone takes to speak it.
 */
export const wordsOf = (pieces: readonly Piece[], language: string): RecognizedWord[] => {
  const words: RecognizedWord[] = [];
  let alignedUntil = 0;
  let open: RecognizedWord | undefined;
  for (const piece of pieces) {
    if (piece.mark || piece.text === '') continue;
    const text = piece.text.trim();
    if (text === '') continue;
    const spaced = /^\s/.test(piece.text);
    const isSilent = silent.test(text);
    const aligned = piece.aligned >= 0;
    const end = aligned ? piece.aligned : piece.end;
    const joins = open !== undefined && (isSilent ? !opening.test(text) || !spaced : continues(open, spaced, language));
    if (open !== undefined && joins) {
      // A dash between words keeps its distance, as in Russian.
      open.text += isSilent && spaced ? ` ${text}` : text;
      if (!isSilent) {
        if (silent.test(open.text.slice(0, -text.length))) open.start = aligned ? alignedUntil : piece.start;
        open.end = end;
      }
      open.logProbabilities.push(piece.p);
    } else {
      // Dashes that stand alone and the like are not words.
      if (isSilent && !opening.test(text)) continue;
      open = {
        text,
        spaceBefore: spaced || !spaceless.has(language),
        start: aligned ? alignedUntil : piece.start,
        end,
        logProbabilities: [piece.p],
      };
      words.push(open);
    }
    if (!isSilent && aligned) alignedUntil = Math.max(alignedUntil, end);
  }
  for (const word of words) {
    word.reach = word.start;
    word.start = Math.max(word.start, word.end - longest(word.text));
  }
  return words.filter((word) => !silent.test(word.text));
};

/** Whether a piece that is no punctuation goes on with the open word. */
const continues = (open: RecognizedWord, spaced: boolean, language: string): boolean => {
  if (spaced) return false;
  return !spaceless.has(language) || opening.test(open.text);
};

/** Geometric mean of the tokens' probabilities. */
export const probabilityOf = (word: RecognizedWord): number => {
  const sum = word.logProbabilities.reduce((total, value) => total + value, 0);
  return Math.min(1, Math.exp(sum / word.logProbabilities.length));
};

export const toWord = (word: RecognizedWord, start: number, end: number): Word => ({
  start,
  end,
  text: word.text,
  ...(word.logProbabilities.length === 0 ? {} : { probability: Math.round(probabilityOf(word) * 1000) / 1000 }),
  ...(word.spaceBefore ? {} : { spaceBefore: false }),
});
