// A recording that carries a number and nothing else: the stand-in engine hears the number, so that every answer names its recording.
import { wavOf } from '@whisper-bot/speech';

const rate = 16_000;
/** Seconds of one bit. */
const bit = 0.1;
/** A leading 1, the number, its check sum. */
const bits = 1 + 20 + 4;

/** Seconds of such a recording. */
export const soundSeconds = bits * bit;

const checkOf = (number) => {
  let sum = 5;
  for (let rest = number; rest > 0; rest >>= 4) sum = (sum * 3 + (rest & 15)) & 15;
  return sum;
};

/** The number (below 2^20) as bits of tone and silence, a 16 kHz mono WAV. */
export const soundOf = (number) => {
  if (!Number.isInteger(number) || number < 0 || number >= 2 ** 20) throw new Error(`${number} does not fit`);
  const word = (1 << 24) | (number << 4) | checkOf(number);
  const samples = new Float32Array(rate * soundSeconds);
  for (let index = 0; index < samples.length; index += 1) {
    const at = Math.floor(index / (rate * bit));
    if ((word >> (bits - 1 - at)) & 1) samples[index] = 0.5 * Math.sin((2 * Math.PI * 440 * index) / rate);
  }
  return Buffer.from(wavOf(samples));
};

/** The number in the samples of a recording (16-bit, 16 kHz, mono); null where there is none. */
export const numberIn = (pcm) => {
  let word = 0;
  for (let at = 0; at < bits; at += 1) {
    // The middle half: a decoder may move the edges by some milliseconds.
    const from = Math.floor((at + 0.25) * bit * rate);
    const to = Math.floor((at + 0.75) * bit * rate);
    if (to > pcm.length) return null;
    let energy = 0;
    for (let index = from; index < to; index += 1) energy += (pcm[index] / 32_768) ** 2;
    const level = Math.sqrt(energy / (to - from));
    // Speech lies between: neither silence nor the tone.
    if (level > 0.02 && level < 0.25) return null;
    word = word * 2 + (level >= 0.25 ? 1 : 0);
  }
  const number = (word >> 4) & 0xfffff;
  return word >> 24 === 1 && (word & 15) === checkOf(number) ? number : null;
};

/** The word that stands for the number in a transcript; no other is part of it. */
export const markOf = (number) => `ticket-${String(number).padStart(7, '0')}-end`;
