import type { SpeakerTurn } from '@whisper-bot/transcript';
import type { Analysis, LocalSpeaker } from '../analysis/analysis.js';
import { anySpeaker, columns, stepFrames, windowFrames, windowsAtOnce } from '../analysis/grid.js';
import { byWindow } from '../cluster/assign.js';
import { createTurns } from './turns.js';

/** A speaker below this probability in a frame is not active, whatever the count of speakers. */
const leastProbability = 0.1;

/**
 * Lays the windows over each other, the middle of a window counting more than its edges: in each frame first whether one
 * or two speak, then who is likeliest (the counting of pyannote.audio's pipeline, on probabilities). `speakerOf[i]` is that
 * of `analysis.speakers[i]`, −1 for none; `duration` is the recording's, seconds. Goes through the recording a step at a
 * time, so that hours need no more memory than their turns.
 */
export const timeline = (analysis: Analysis, speakerOf: readonly number[], duration: number): SpeakerTurn[] => {
  const { windows, speakers: locals } = analysis;
  const groups = byWindow(locals);
  const turns = createTurns(duration);
  const [weight, one, two] = [new Float32Array(stepFrames), new Float32Array(stepFrames), new Float32Array(stepFrames)];
  for (let block = 0; block < windows.length + windowsAtOnce - 1; block++) {
    for (const sums of [weight, one, two]) sums.fill(0);
    const sums = new Map<number, Float32Array>();
    for (let window = Math.max(0, block - windowsAtOnce + 1); window <= block; window++) {
      const probabilities = windows.at(window);
      if (!probabilities) continue;
      const from = (block - window) * stepFrames;
      count(probabilities, from, { weight, one, two });
      for (const index of groups.get(window) ?? []) {
        const speaker = speakerOf[index] as number;
        if (speaker < 0) continue;
        const sum = sums.get(speaker) ?? new Float32Array(stepFrames);
        sums.set(speaker, sum);
        addLocal(probabilities, from, locals[index] as LocalSpeaker, sum);
      }
    }
    const speakers = [...sums].toSorted(([a], [b]) => a - b);
    for (let at = 0; at < stepFrames; at++) {
      const half = (weight[at] as number) / 2;
      if ((one[at] as number) <= half) continue;
      const first = likeliest(speakers, at, -1);
      const second = (two[at] as number) > half ? likeliest(speakers, at, first) : -1;
      for (const speaker of [first, second])
        if (speaker >= 0 && (sums.get(speaker)?.[at] as number) > leastProbability * 2 * half)
          turns.add(block * stepFrames + at, speaker);
    }
  }
  return turns.all();
};

/** Weight of a frame within its window: 1 in the middle, nearly nothing at the edges. */
const taper = Float32Array.from(
  { length: windowFrames },
  (_, frame) => 1.05 - Math.abs((2 * frame) / (windowFrames - 1) - 1),
);

const framesFrom = (from: number): number => Math.min(stepFrames, windowFrames - from);

/** What a window says, from one of its frames on, about whether one or two speak. */
const count = (
  probabilities: Uint8Array,
  from: number,
  { weight, one, two }: Record<'weight' | 'one' | 'two', Float32Array>,
): void => {
  for (let at = 0; at < framesFrom(from); at++) {
    const frame = from + at;
    const cell = frame * columns;
    const share = taper[frame] as number;
    const anyProbability = probabilities[cell + anySpeaker] as number;
    const voices =
      (probabilities[cell] as number) + (probabilities[cell + 1] as number) + (probabilities[cell + 2] as number);
    weight[at] = (weight[at] as number) + share;
    one[at] = (one[at] as number) + (share * anyProbability) / 255;
    two[at] = (two[at] as number) + (share * (voices - anyProbability)) / 255;
  }
};

const addLocal = (probabilities: Uint8Array, from: number, { local }: LocalSpeaker, sum: Float32Array): void => {
  for (let at = 0; at < framesFrom(from); at++) {
    const frame = from + at;
    sum[at] =
      (sum[at] as number) + ((taper[frame] as number) * (probabilities[frame * columns + local] as number)) / 255;
  }
};

const likeliest = (speakers: readonly (readonly [number, Float32Array])[], at: number, without: number): number => {
  let [best, most] = [-1, Number.NEGATIVE_INFINITY];
  for (const [speaker, sum] of speakers)
    if (speaker !== without && (sum[at] as number) > most) [best, most] = [speaker, sum[at] as number];
  return best;
};
