import { deflateSync } from 'node:zlib';
import type { WindowResult } from './answer.js';
import type { RecognizedWord } from './word.js';

/** OpenAI's thresholds (whisper/transcribe.py): silence when the model says so and is unsure of what it wrote. */
const noSpeechThreshold = 0.6;
const unsure = -1;
/** OpenAI's threshold: text that deflates better than this repeats itself. */
const compressionThreshold = 2.4;

/**
 * Words a second below which it was no speech: even slow speakers say two. Over noise Whisper writes "Thank you." and is not
 * unsure of it, and whisper.cpp asks for the probability of silence where it says nothing (after the prompt).
 */
const slowestSpeech = 0.25;
/** Seconds: in less, a single word may be all there is. */
const longEnough = 4;

export const averageLogProbability = (words: readonly RecognizedWord[]): number => {
  const all = words.flatMap((word) => word.logProbabilities);
  return all.length === 0 ? 0 : all.reduce((sum, value) => sum + value, 0) / all.length;
};

/** Bytes of the text by bytes of its deflated form. */
export const compressionRatio = (text: string): number => {
  const bytes = Buffer.from(text);
  return bytes.length === 0 ? 0 : bytes.length / deflateSync(bytes).length;
};

/**
 * Takes out what the model invented: text over silence, and what repeats itself without being sure.
 * @param seconds the length of the sound that the words are placed in
 */
export const withoutHallucinations = (
  result: WindowResult,
  words: readonly RecognizedWord[],
  seconds: number,
): RecognizedWord[] => {
  const logProbability = averageLogProbability(words);
  if (logProbability < unsure && result.noSpeech > noSpeechThreshold) return [];
  if (seconds >= longEnough && words.length < slowestSpeech * seconds) return [];
  const text = words.map((word) => word.text).join(' ');
  // Repeating itself and unsure: nothing of it was spoken.
  return logProbability < unsure && compressionRatio(text) > compressionThreshold ? [] : [...words];
};
