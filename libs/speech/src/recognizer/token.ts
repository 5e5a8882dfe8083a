import type { Piece } from '../whisper/answer.js';
import { type RecognizedWord, wordsOf } from '../whisper/word.js';
import type { RecognizerResult } from './answer.js';

/** A token lasts no longer, seconds, where the model does not say how long: CTC and RNN-T mark only where it begins. */
const longestToken = 0.3;
const isMarker = (token: string): boolean => /^<[^>]*>$/.test(token);
const isByte = (token: string): boolean => /^<0x[0-9A-Fa-f]{2}>$/.test(token);

/**
 * Words with times from tokens with times, seconds of the window.
 * @param length of the window, seconds
 */
export const wordsOfTokens = (
  result: RecognizerResult,
  { language, length }: { language: string; length: number },
): RecognizedWord[] => {
  const { timestamps, durations, ys_log_probs: probabilities } = result;
  const pieces: Piece[] = [];
  let isSpaced = true;
  for (const { text, at } of wholeCharacters(result.tokens)) {
    // Some models have a token for the space itself; the others write it before the first token of a word.
    if (text.trim() === '') {
      isSpaced = true;
      continue;
    }
    const start = Math.min(timestamps[at] ?? length, length);
    const next = Math.min(timestamps[at + 1] ?? length, length);
    const lasting = durations[at] ?? 0;
    pieces.push({
      text: isSpaced && !text.startsWith(' ') ? ` ${text}` : text,
      p: probabilities[at] ?? 0,
      start,
      end: Math.max(start, Math.min(lasting > 0 ? start + lasting : next, start + longestToken)),
      aligned: -1,
      mark: false,
    });
    isSpaced = false;
  }
  const words = wordsOf(pieces, language);
  return probabilities.length > 0 ? words : words.map((word) => ({ ...word, logProbabilities: [] }));
};

/** Tokens without markers; characters that were spelled in bytes are whole again, at the place of their first byte. */
const wholeCharacters = (tokens: readonly string[]): { text: string; at: number }[] => {
  const whole: { text: string; at: number }[] = [];
  let bytes: number[] = [];
  const flush = (end: number) => {
    if (bytes.length === 0) return;
    whole.push({ text: Buffer.from(bytes).toString('utf8').replaceAll('\ufffd', ''), at: end - bytes.length });
    bytes = [];
  };
  for (const [at, token] of tokens.entries()) {
    if (isByte(token)) {
      bytes.push(Number.parseInt(token.slice(3, 5), 16));
      continue;
    }
    flush(at);
    if (!isMarker(token)) whole.push({ text: token, at });
  }
  flush(tokens.length);
  return whole;
};
