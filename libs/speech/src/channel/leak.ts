import type { Span } from '../contract.js';
import { type ChannelLevels, decibels, frameSeconds } from './level.js';
import { contoursOf, similarity } from './similar.js';

/** The way by which one channel's voice gets into another. */
interface LeakPath {
  source: number;
  /** Frames by which the source is later, so mostly below 0. */
  lag: number;
  /** dB by which it is quieter than its source. */
  loss: number;
}

/** dB by which a voice is quieter where it only leaks into a channel. Two microphones of one room differ by less. */
export const leastLoss = 12;
/** Frames by which an echo on the line is late, and by which two codecs may differ: 0.6 s and 0.1 s. */
export const echoFrames = 30;
export const apartFrames = 5;
/** The channels rise and fall together from here on, where one is that much louder: two voices reach about 0.3. */
const same = 0.7;
/** dB of full scale from which on a source may leak, and from which on a leak is audible. */
const audible = -50;
const faintest = -75;
/** Frames that a way is found by: 3 s; and frames that are enough, 10 min. */
const fewest = 150;
const most = 30_000;
/** dB by which a leak may be louder than its way lets expect: rooms and codecs change what they pass on. */
const slack = 5;
/** dB below the loudest at which a voice pauses. */
const pause = 35;
/** Frames that loudness is averaged over on each side, 0.1 s in all. */
const around = 2;
/** Frames of a leak, and of own speech between two leaks, that are not worth a cut: 0.3 s and 0.2 s. */
const shortestLeak = 15;
const shortestOwn = 10;

/**
 * The speech of each channel without what leaks in from another: cross-talk and echoes, as call recorders and headsets have them. A way
 * is found where another channel is much louder, over the whole recording; what is louder than the way lets expect is a voice of its own.
 */
export const withoutLeaks = (levels: ChannelLevels, speech: readonly (readonly Span[])[]): Span[][] => {
  const loudness = levels.energy.map(smooth);
  return speech.map((spans, channel) => {
    let left = [...spans];
    const quiet = loudest(loudness[channel]) - pause;
    for (const source of speech.keys()) {
      const path = source === channel ? null : pathOf(levels, loudness, { channel, source });
      if (path !== null)
        left = left.flatMap((span) => outside(span, leaksIn(span, { loudness, channel, path, quiet })));
    }
    return left;
  });
};

/** Decibels frame by frame, averaged over 0.1 s. */
const smooth = (energy: Float32Array): Float32Array =>
  energy.map((_, frame) => {
    const near = energy.subarray(Math.max(0, frame - around), frame + around + 1);
    return decibels(near.reduce((sum, value) => sum + value, 0) / near.length);
  });

const pathOf = (
  levels: ChannelLevels,
  loudness: readonly Float32Array[],
  { channel, source }: { channel: number; source: number },
): LeakPath | null => {
  const [own, other] = [loudness[channel], loudness[source]];
  if (own === undefined || other === undefined) return null;
  const frames: number[] = [];
  for (let frame = echoFrames; frame < own.length - apartFrames && frames.length < most; frame++) {
    const [here, there] = [own[frame] ?? faintest, other[frame] ?? faintest];
    if (there >= audible && here >= faintest && there - here >= leastLoss) frames.push(frame);
  }
  if (frames.length < fewest) return null;
  const only = (values: Float32Array, lag: number) => Float32Array.from(frames, (frame) => values[frame + lag] ?? 0);
  const contours = contoursOf(levels);
  let best: { alike: number; lag: number } = { alike: 0, lag: 0 };
  for (let lag = -echoFrames; lag <= apartFrames; lag++) {
    const [one, two] = [contours[channel], contours[source]];
    if (one === undefined || two === undefined) break;
    const { alike } = similarity(
      { loudness: only(one.loudness, 0), hiss: only(one.hiss, 0) },
      { loudness: only(two.loudness, lag), hiss: only(two.hiss, lag) },
      { from: 0, to: frames.length, earliest: 0, latest: 0 },
    );
    if (alike > best.alike) best = { alike, lag };
  }
  if (best.alike < same) return null;
  const losses = frames.map((frame) => (other[frame + best.lag] ?? 0) - (own[frame] ?? 0)).sort((a, b) => a - b);
  return { source, lag: best.lag, loss: losses[losses.length >> 1] ?? 0 };
};

/**
 * Frames [from, to) of a span that hold nothing but the leak.
 * @param quiet dB below which the channel's own voice pauses
 */
const leaksIn = (
  { start, end }: Span,
  {
    loudness,
    channel,
    path,
    quiet,
  }: { loudness: readonly Float32Array[]; channel: number; path: LeakPath; quiet: number },
): { from: number; to: number }[] => {
  const [own, other] = [loudness[channel], loudness[path.source]];
  const leaks: { from: number; to: number; frames: number }[] = [];
  for (let frame = Math.floor(start / frameSeconds); frame < Math.ceil(end / frameSeconds); frame++) {
    const [here, there] = [own?.[frame] ?? 0, other?.[frame + path.lag] ?? faintest];
    const isLeak = there >= audible && here <= there - path.loss + slack;
    // The pause beside a leak belongs to it, or its last sound would be audible before the next word.
    if (!isLeak && here > quiet) continue;
    const last = leaks.at(-1);
    if (last !== undefined && frame - last.to < shortestOwn) {
      last.to = frame + 1;
      if (isLeak) last.frames += 1;
    } else leaks.push({ from: frame, to: frame + 1, frames: isLeak ? 1 : 0 });
  }
  return leaks.filter(({ frames }) => frames >= shortestLeak);
};

/** Level that the loudest twentieth of the frames reach, dB. */
const loudest = (levels: Float32Array | undefined): number => {
  const sorted = (levels ?? new Float32Array()).toSorted();
  return sorted[Math.floor(sorted.length * 0.95)] ?? faintest;
};

const outside = ({ start, end }: Span, leaks: readonly { from: number; to: number }[]): Span[] => {
  const left: Span[] = [];
  let from = start;
  for (const leak of leaks) {
    left.push({ start: from, end: Math.max(from, leak.from * frameSeconds) });
    from = Math.min(end, leak.to * frameSeconds);
  }
  left.push({ start: from, end });
  return left.filter((span) => span.end - span.start >= shortestOwn * frameSeconds);
};
