import type { SpeakerTurn } from '@whisper-bot/transcript';
import type { Analysis } from '../network/analysis.js';
import { anybody, columns, frameCenter, frameSamples, windowFrames } from '../network/segmentation.js';

/** Silences of one speaker up to this long do not end a turn, seconds: what lies within a word. */
const longestPause = 0.2;
/** A speaker less likely than this in a frame does not speak there, however many are said to. */
const leastProbability = 0.1;

/**
 * Lays the windows over each other, the middle of a window counting more than its edges: in each frame first whether one
 * or two speak, then who is likeliest (the counting of pyannote.audio's pipeline, on probabilities). `speakerOf[i]` is that
 * of `analysis.speakers[i]`, −1 for nobody; `duration` is the recording's, seconds.
 */
export const timeline = (analysis: Analysis, speakerOf: readonly number[], duration: number): SpeakerTurn[] => {
  const { step, windows } = analysis;
  const frames = (windows.length - 1) * step + windowFrames;
  const [weight, one, two] = [new Float32Array(frames), new Float32Array(frames), new Float32Array(frames)];
  const sums = Array.from({ length: Math.max(-1, ...new Set(speakerOf)) + 1 }, () => new Float32Array(frames));
  const add = (to: Float32Array, at: number, value: number) => {
    to[at] = (to[at] as number) + value;
  };

  for (const [index, window] of windows.entries())
    for (let frame = 0; frame < windowFrames; frame++) {
      const at = index * step + frame;
      const cell = frame * columns;
      const somebody = window[cell + anybody] as number;
      const voices = (window[cell] as number) + (window[cell + 1] as number) + (window[cell + 2] as number);
      add(weight, at, taper(frame));
      add(one, at, taper(frame) * somebody);
      add(two, at, taper(frame) * (voices - somebody));
    }
  for (const [index, { window, local }] of analysis.speakers.entries()) {
    const sum = sums[speakerOf[index] as number];
    if (!sum) continue;
    for (let frame = 0; frame < windowFrames; frame++)
      add(sum, window * step + frame, taper(frame) * (windows[window]?.[frame * columns + local] as number));
  }

  const speaking = sums.map(() => new Uint8Array(frames));
  for (let at = 0; at < frames; at++) {
    const half = (weight[at] as number) / 2;
    const [single, double] = [(one[at] as number) > half, (two[at] as number) > half];
    if (!single) continue;
    const first = likeliest(sums, at, -1);
    const second = double ? likeliest(sums, at, first) : -1;
    for (const speaker of [first, second])
      if ((sums[speaker]?.[at] ?? 0) > leastProbability * 2 * half) (speaking[speaker] as Uint8Array)[at] = 1;
  }
  return speaking
    .flatMap((flags, speaker) => turnsOf(flags, speaker, duration))
    .sort((a, b) => a.start - b.start || a.speaker - b.speaker);
};

/** Weight of a frame within its window: 1 in the middle, nearly nothing at the edges. */
const taper = (frame: number): number => 1.05 - Math.abs((2 * frame) / (windowFrames - 1) - 1);

const likeliest = (sums: readonly Float32Array[], at: number, without: number): number => {
  let best = -1;
  for (let speaker = 0; speaker < sums.length; speaker++)
    if (speaker !== without && (best < 0 || (sums[speaker]?.[at] ?? 0) > (sums[best]?.[at] ?? 0))) best = speaker;
  return best;
};

const turnsOf = (flags: Uint8Array, speaker: number, duration: number): SpeakerTurn[] => {
  const turns: SpeakerTurn[] = [];
  const edge = (frame: number) =>
    Math.min(duration, Math.max(0, (frame * frameSamples + frameCenter - frameSamples / 2) / 16_000));
  for (let frame = 0; frame < flags.length; frame++) {
    if (flags[frame] === 0) continue;
    const first = frame;
    while (frame < flags.length && flags[frame] === 1) frame++;
    const [start, end] = [edge(first), edge(frame)];
    const last = turns.at(-1);
    if (last && start - last.end <= longestPause) last.end = end;
    else if (end > start) turns.push({ start, end, speaker });
  }
  return turns;
};
