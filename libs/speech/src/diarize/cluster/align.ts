import type { Analysis, LocalSpeaker } from '../analysis/analysis.js';
import { columns, stepFrames, windowFrames, windowsAtOnce } from '../analysis/grid.js';
import { byWindow } from './assign.js';
import { bestMatch } from './match.js';

/** Frames (8 ms of agreement in all) below which two windows carry no information about each other. */
const leastAgreement = 0.5;

/**
 * Assigns local speakers without an embedding (always overlapped, or skipped) to the speaker that other windows have at the
 * same moments.
 */
export const alignByTime = (analysis: Analysis, label: readonly number[], speakers: number): number[] => {
  const { speakers: locals } = analysis;
  const groups = byWindow(locals);
  const isKnown = (index: number) => (label[index] as number) >= 0;
  const result = [...label];
  for (const [window, group] of groups) {
    const open = group.filter((index) => !isKnown(index));
    if (open.length === 0) continue;
    const taken = group.map((index) => label[index] as number);
    const agreement = open.map(() => new Array<number>(speakers).fill(0));
    const neighbours = new Map<number, number[]>();
    for (let other = window - windowsAtOnce + 1; other < window + windowsAtOnce; other++) {
      const known = groups.get(other)?.filter(isKnown) ?? [];
      if (known.length > 0) neighbours.set(other, known);
    }
    const views = viewsOf(window, [...neighbours.keys()]);
    for (const [row, index] of open.entries())
      for (const known of neighbours.values())
        for (const other of known) {
          const sums = agreement[row] as number[];
          const [local, neighbour] = [locals[index] as LocalSpeaker, locals[other] as LocalSpeaker];
          sums[label[other] as number] =
            (sums[label[other] as number] as number) + agreeing(analysis, local, neighbour, views);
        }
    const worth = agreement.map((sums) =>
      sums.map((sum, speaker) => (taken.includes(speaker) ? 0 : sum - leastAgreement)),
    );
    for (const [row, speaker] of bestMatch(worth).entries()) result[open[row] as number] = speaker;
  }
  return result;
};

/** How many of the other windows cover each frame of a window. */
const viewsOf = (window: number, others: readonly number[]): Uint8Array =>
  Uint8Array.from(
    { length: windowFrames },
    (_, frame) =>
      others.filter((other) => {
        const there = frame + (window - other) * stepFrames;
        return there >= 0 && there < windowFrames;
      }).length,
  );

/** How long two local speakers are active at the same moments; each moment counts once, however many windows cover it. */
const agreeing = ({ windows }: Analysis, local: LocalSpeaker, other: LocalSpeaker, views: Uint8Array): number => {
  const [mine, theirs] = [windows.at(local.window), windows.at(other.window)];
  if (!mine || !theirs) return 0;
  const shift = (local.window - other.window) * stepFrames;
  let sum = 0;
  for (let frame = Math.max(0, -shift); frame < Math.min(windowFrames, windowFrames - shift); frame++)
    sum +=
      ((mine[frame * columns + local.local] as number) * (theirs[(frame + shift) * columns + other.local] as number)) /
      (views[frame] as number);
  return sum / 255 ** 2;
};
