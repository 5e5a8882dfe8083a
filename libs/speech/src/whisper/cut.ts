import type { Wav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { windowSamples } from './window.js';

/** Loudness is taken over 20 ms and averaged over 0.3 s, about the shortest pause between words. */
const frame = 0.02 * sampleRate;
const smoothed = 15;

/** The middle of the quietest 0.3 s within samples [from, to). */
export const quietest = async (wav: Wav, from: number, to: number): Promise<number> => {
  const samples = await wav.read(from, to - from);
  const loudness: number[] = [];
  for (let at = 0; at + frame <= samples.length; at += frame) {
    let sum = 0;
    for (let i = at; i < at + frame; i++) sum += (samples[i] ?? 0) ** 2;
    loudness.push(sum);
  }
  let best = Math.floor(loudness.length / 2);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + smoothed <= loudness.length; i++) {
    const sum = loudness.slice(i, i + smoothed).reduce((total, value) => total + value, 0);
    if (sum < least) {
      least = sum;
      best = i + smoothed / 2;
    }
  }
  return from + Math.round(best * frame);
};

/**
 * Cuts what is longer than `most` samples, by default a window, at its quietest places: no word may be split. The last third is
 * searched, so that windows stay well filled.
 */
export const cutLong = async (wav: Wav, intervals: readonly { from: number; to: number }[], most = windowSamples) => {
  const short: { from: number; to: number }[] = [];
  for (const interval of intervals) {
    let { from } = interval;
    while (interval.to - from > most) {
      const cut = await quietest(wav, Math.round(from + (most * 2) / 3), from + most);
      short.push({ from, to: cut });
      from = cut;
    }
    short.push({ from, to: interval.to });
  }
  return short;
};
