import type { Analysis, LocalSpeaker } from '../network/analysis.js';
import { columns, windowFrames } from '../network/segmentation.js';
import { byWindow } from './assign.js';
import { bestMatch } from './match.js';

/** Frames (8 ms of agreement in all) below which two windows say nothing about each other. */
const leastAgreement = 0.5;

/**
 * Local speakers without a voice of their own (always talked over, or not looked at) become the speaker that other
 * windows heard at the same moments.
 */
export const alignByTime = (analysis: Analysis, label: readonly number[], speakers: number): number[] => {
  const { windows, step, speakers: locals } = analysis;
  const frames = (windows.length - 1) * step + windowFrames;
  const heard = Array.from({ length: speakers }, () => new Float32Array(frames));
  const views = new Float32Array(frames);
  const known = new Set(locals.flatMap(({ window }, index) => ((label[index] as number) >= 0 ? [window] : [])));
  for (const window of known)
    for (let at = window * step; at < window * step + windowFrames; at++) views[at] = (views[at] as number) + 1;
  for (const [index, local] of locals.entries()) {
    const sum = heard[label[index] as number];
    if (!sum) continue;
    for (let frame = 0; frame < windowFrames; frame++) {
      const at = local.window * step + frame;
      sum[at] = (sum[at] as number) + probability(analysis, local, frame);
    }
  }

  const result = [...label];
  for (const group of byWindow(locals).values()) {
    const open = group.filter((index) => (label[index] as number) < 0);
    const taken = group.map((index) => label[index] as number);
    const agreement = open.map((index) =>
      heard.map((sum, speaker) =>
        taken.includes(speaker) ? 0 : agreeing(analysis, locals[index] as LocalSpeaker, sum, views) - leastAgreement,
      ),
    );
    for (const [row, speaker] of bestMatch(agreement).entries()) result[open[row] as number] = speaker;
  }
  return result;
};

const probability = ({ windows }: Analysis, { window, local }: LocalSpeaker, frame: number): number =>
  windows[window]?.[frame * columns + local] as number;

const agreeing = (analysis: Analysis, local: LocalSpeaker, heard: Float32Array, views: Float32Array): number => {
  let sum = 0;
  for (let frame = 0; frame < windowFrames; frame++) {
    const at = local.window * analysis.step + frame;
    const others = views[at] as number;
    if (others > 0) sum += (probability(analysis, local, frame) * (heard[at] as number)) / others;
  }
  return sum;
};
