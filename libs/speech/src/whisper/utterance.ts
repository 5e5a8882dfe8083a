import type { Wav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { type Window, windowLength } from './window.js';

/** Sound between two pauses, seconds of the window. */
export interface Utterance {
  start: number;
  end: number;
}

/** Loudness is taken over 10 ms and averaged over 30. */
const frame = 0.01 * sampleRate;
/** A pause is so many decibels below the loudest, and no more than so many above the quietest tenth. */
const belowLoudest = 30;
const aboveFloor = 8;
/** Where less lies between the two, pauses cannot be distinguished from speech, decibels. */
const leastRange = 14;
/** Within a word the sound stops for a "t" or a "k", for less than so many seconds. */
const leastPause = 0.15;
/** Pauses are as long where one has so much of the other's time. */
const alike = 0.8;
/** A click is shorter, seconds. */
const leastSound = 0.08;

/**
 * The utterances between pauses in a window, in order: for what follows itself a better count than a text has. The whole window is one
 * where it is too noisy to tell.
 */
export const utterancesOf = async (wav: Wav, window: Window): Promise<Utterance[]> => {
  const samples = new Float32Array(windowLength(window));
  for (const { from, to, at } of window) samples.set(await wav.read(from, to - from), at);
  const loudness = decibels(samples);
  const sorted = loudness.toSorted((a, b) => a - b);
  const [floor, loudest] = [sorted[Math.floor(sorted.length / 10)] ?? 0, sorted.at(-1) ?? 0];
  const threshold = Math.max(loudest - belowLoudest, floor + aboveFloor);
  if (loudest - threshold < leastRange) return [{ start: 0, end: samples.length / sampleRate }];
  const found: Utterance[] = [];
  for (const [index, value] of loudness.entries()) {
    if (value < threshold) continue;
    const start = (index * frame) / sampleRate;
    const end = ((index + 1) * frame) / sampleRate;
    const last = found.at(-1);
    if (last !== undefined && start - last.end < leastPause) last.end = end;
    else found.push({ start, end });
  }
  return found.filter(({ start, end }) => end - start >= leastSound);
};

/** Utterances of one kind of pause in groups of `most`, from the longest pauses down. */
export const groupsOf = (utterances: readonly Utterance[], most: number): Utterance[] => {
  const [first, last] = [utterances[0], utterances.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (utterances.length <= most) return [{ start: first.start, end: last.end }];
  const pauses = utterances.slice(1).map(({ start }, index) => start - (utterances[index]?.end ?? 0));
  const longest = Math.max(...pauses);
  const middle = (pauses.length - 1) / 2;
  // Of pauses about as long the one nearest to the middle.
  const cut = pauses.reduce(
    (best, pause, at) =>
      pause >= alike * longest && (best < 0 || Math.abs(at - middle) < Math.abs(best - middle)) ? at : best,
    -1,
  );
  return [...groupsOf(utterances.slice(0, cut + 1), most), ...groupsOf(utterances.slice(cut + 1), most)];
};

const decibels = (samples: Float32Array): number[] => {
  const power = Array.from({ length: Math.floor(samples.length / frame) }, (_, index) =>
    samples.subarray(index * frame, (index + 1) * frame).reduce((sum, value) => sum + value * value, 0),
  );
  return power.map(
    (value, index) => 10 * Math.log10(((power[index - 1] ?? value) + value + (power[index + 1] ?? value)) / 3 + 1e-9),
  );
};
