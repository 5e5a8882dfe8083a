import type { ChannelLevels } from './level.js';

/** Natural logarithms of the levels, frame by frame, of one channel. */
export interface Contour {
  loudness: Float32Array;
  hiss: Float32Array;
}

/** Below it, mean square, nothing is audible: silence must not count by its rounding. */
const floor = 1e-7;

export const contoursOf = ({ energy, hiss }: ChannelLevels): Contour[] => {
  const logarithms = (frames: Float32Array | undefined) =>
    (frames ?? new Float32Array()).map((value) => Math.log(floor + value));
  return energy.map((frames, channel) => ({ loudness: logarithms(frames), hiss: logarithms(hiss[channel]) }));
};

/** A piece of the recording, and how much later the other channel may have the same; all in frames. */
export interface Comparison {
  from: number;
  to: number;
  earliest: number;
  latest: number;
}

export interface Similarity {
  /** 1 the same sound, about 0 two voices; −1 where one does not change. */
  alike: number;
  /** Frames by which the other has it later. */
  lag: number;
}

/**
 * How much two channels rise and fall together in a piece. Their loudness and their hiss are compared, not their waves: a room, a
 * codec or another microphone changes these and not those.
 */
export const similarity = (one: Contour, other: Contour, { from, to, earliest, latest }: Comparison): Similarity => {
  let best: Similarity = { alike: -1, lag: 0 };
  for (let lag = earliest; lag <= latest; lag += 1) {
    if (from + lag < 0 || to + lag > other.loudness.length) continue;
    const loudness = correlation(one.loudness, other.loudness, { from, to, lag });
    // Not even with the best hiss.
    if ((loudness + 1) / 2 <= best.alike) continue;
    const alike = (loudness + correlation(one.hiss, other.hiss, { from, to, lag })) / 2;
    if (alike > best.alike) best = { alike, lag };
  }
  return best;
};

/** Pearson's; −1 where one does not change. */
const correlation = (
  one: Float32Array,
  other: Float32Array,
  { from, to, lag }: { from: number; to: number; lag: number },
): number => {
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let frame = from; frame < to; frame += 1) {
    const a = one[frame] ?? 0;
    const b = other[frame + lag] ?? 0;
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const count = to - from;
  const spread = Math.sqrt((xx - (x * x) / count) * (yy - (y * y) / count));
  return spread > 1e-3 * count ? (xy - (x * y) / count) / spread : -1;
};
