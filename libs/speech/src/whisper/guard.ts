import { deflateSync } from 'node:zlib';
import type { Hearing } from './answer.js';
import type { HeardWord } from './word.js';

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

/** How often a phrase of so many words may follow itself before it is a loop: "no, no, no, no" is said, more rarely so. */
const allowedRepeats = (words: number): number => (words === 1 ? 6 : words === 2 ? 4 : 3);
const longestPhrase = 12;

const plain = (word: HeardWord): string => word.text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

export const averageLogProbability = (words: readonly HeardWord[]): number => {
  const all = words.flatMap((word) => word.logProbabilities);
  return all.length === 0 ? 0 : all.reduce((sum, value) => sum + value, 0) / all.length;
};

/** Bytes of the text by bytes of its deflated form. */
export const compressionRatio = (text: string): number => {
  const bytes = Buffer.from(text);
  return bytes.length === 0 ? 0 : bytes.length / deflateSync(bytes).length;
};

/** Leaves one of every phrase that follows itself more often than people say it. */
export const collapseLoops = (words: readonly HeardWord[]): HeardWord[] => {
  const kept: HeardWord[] = [];
  for (let at = 0; at < words.length; ) {
    const loop = loopAt(words, at);
    const length = loop?.length ?? 1;
    kept.push(...words.slice(at, at + length));
    at += length * (loop?.times ?? 1);
  }
  return kept;
};

const loopAt = (words: readonly HeardWord[], at: number): { length: number; times: number } | null => {
  for (let length = 1; length <= longestPhrase; length++) {
    let times = 1;
    while (isSame(words, at, at + times * length, length)) times++;
    if (times > allowedRepeats(length)) return { length, times };
  }
  return null;
};

const isSame = (words: readonly HeardWord[], a: number, b: number, length: number): boolean => {
  if (b + length > words.length) return false;
  for (let i = 0; i < length; i++) {
    const [one, other] = [words[a + i], words[b + i]];
    if (!one || !other || plain(one) !== plain(other)) return false;
  }
  return true;
};

/**
 * Takes out what the model invented: text over silence, and loops it could not leave.
 * @param seconds how much sound the words are said to be in
 */
export const withoutInventions = (hearing: Hearing, words: readonly HeardWord[], seconds: number): HeardWord[] => {
  const logProbability = averageLogProbability(words);
  if (logProbability < unsure && hearing.noSpeech > noSpeechThreshold) return [];
  if (seconds >= longEnough && words.length < slowestSpeech * seconds) return [];
  const kept = collapseLoops(words);
  const text = kept.map((word) => word.text).join(' ');
  // Still repeating itself and unsure: nothing of it was said.
  return logProbability < unsure && compressionRatio(text) > compressionThreshold ? [] : kept;
};
