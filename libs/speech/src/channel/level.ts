import { open } from 'node:fs/promises';
import { sampleRate } from '../wav/sample-rate.js';

/** Seconds of a frame, about a syllable's tenth: what one speaks and another does not differs in it. */
export const frameSeconds = 0.02;
const frameSamples = frameSeconds * sampleRate;

/** How loud each channel is, frame by frame. */
export interface ChannelLevels {
  /** Per channel, per frame: mean square of the samples, 1 being full scale. */
  energy: Float32Array[];
  /** The same of the differences between samples: where the voice hisses. */
  hiss: Float32Array[];
  /** Mean square of the channels' mean, per frame: less than theirs where they cancel each other. */
  mixed: Float32Array;
}

/** Reads 16-bit samples of channels side by side, in pieces: ten hours need no more memory than their frames. */
export const measureLevels = async (path: string, channels: number): Promise<ChannelLevels> => {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const frameBytes = frameSamples * 2 * channels;
    const frames = Math.floor(size / frameBytes);
    const levels: ChannelLevels = {
      energy: Array.from({ length: channels }, () => new Float32Array(frames)),
      hiss: Array.from({ length: channels }, () => new Float32Array(frames)),
      mixed: new Float32Array(frames),
    };
    const perPiece = Math.max(1, Math.floor(2 ** 20 / frameBytes));
    const piece = Buffer.alloc(perPiece * frameBytes);
    for (let frame = 0; frame < frames; frame += perPiece) {
      const { bytesRead } = await handle.read(piece, 0, piece.length, frame * frameBytes);
      const samples = new Int16Array(piece.buffer, piece.byteOffset, Math.floor(bytesRead / 2));
      for (let inner = 0; inner < perPiece && frame + inner < frames; inner += 1)
        measureFrame(samples, { at: inner * frameSamples * channels, channels }, { levels, frame: frame + inner });
    }
    return levels;
  } finally {
    await handle.close();
  }
};

const full = 32_768 ** 2 * frameSamples;

const measureFrame = (
  samples: Int16Array,
  { at, channels }: { at: number; channels: number },
  { levels, frame }: { levels: ChannelLevels; frame: number },
): void => {
  const end = at + frameSamples * channels;
  let mixed = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    let energy = 0;
    let hiss = 0;
    let before = samples[at + channel] ?? 0;
    for (let index = at + channel; index < end; index += channels) {
      const sample = samples[index] ?? 0;
      energy += sample * sample;
      hiss += (sample - before) * (sample - before);
      before = sample;
    }
    (levels.energy[channel] as Float32Array)[frame] = energy / full;
    (levels.hiss[channel] as Float32Array)[frame] = hiss / full;
  }
  for (let index = at; index < end; index += channels) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += samples[index + channel] ?? 0;
    mixed += sum * sum;
  }
  levels.mixed[frame] = mixed / full / channels ** 2;
};

/** dB of full scale; −120 where there is nothing. */
export const decibels = (energy: number): number => (energy > 1e-12 ? 10 * Math.log10(energy) : -120);

/** Mean level of frames [from, to), dB. */
export const meanLevel = (energy: Float32Array, from: number, to: number): number => {
  let sum = 0;
  for (let frame = from; frame < to; frame += 1) sum += energy[frame] ?? 0;
  return decibels(sum / Math.max(1, to - from));
};
