import type { Span } from '../contract.js';
import { apartFrames, echoFrames, leastLoss } from './leak.js';
import { type ChannelLevels, frameSeconds, meanLevel } from './level.js';
import { type Contour, contoursOf, similarity } from './similar.js';

/** Two channels rise and fall together from here on … */
const same = 0.7;
/** … and are two voices up to here; between, no one can say. */
const different = 0.5;
/** Frames: in less, any two voices are alike. */
const fewest = 75;
/** dB of full scale below which no one speaks. */
const silent = -70;

/** A piece of one channel's speech, and what it is. */
export interface Judged {
  piece: Span;
  /** Something of its own, what others say as well, what leaks in from another or nothing, or it cannot be decided. */
  verdict: 'own' | 'shared' | 'leak' | 'unclear';
  /** How much it is like the other channel that it is most like. */
  alike: number;
  /** Where it leaks in from; null where it does not. */
  source: number | null;
  /** Frames by which the source is later, so mostly below 0. */
  lag: number;
  /** Whether no other channel has the same louder. */
  loudest: boolean;
}

/** Classifies a piece of a channel's speech. */
export const createJudge = (levels: ChannelLevels) => {
  const contours = contoursOf(levels);
  const frameCount = levels.mixed.length;
  const framesOf = ({ start, end }: Span) => {
    const [first, last] = [Math.floor(start / frameSeconds), Math.ceil(end / frameSeconds)];
    const around = Math.max(0, Math.ceil((fewest - (last - first)) / 2));
    return { from: Math.max(0, first - around), to: Math.min(frameCount, last + around) };
  };
  return (channel: number, piece: Span): Omit<Judged, 'piece'> => {
    const frames = framesOf(piece);
    const loudness = levels.energy.map((energy) =>
      meanLevel(
        energy,
        Math.floor(piece.start / frameSeconds),
        Math.min(frameCount, Math.ceil(piece.end / frameSeconds)),
      ),
    );
    const own = loudness[channel] ?? silent;
    const found: Omit<Judged, 'piece'> = { verdict: 'own', alike: 0, source: null, lag: 0, loudest: true };
    if (own <= silent) return { ...found, verdict: 'leak', loudest: false };
    for (const [other, level] of loudness.entries()) {
      if (other === channel || level <= own - leastLoss || level <= silent) continue;
      const isLouder = level >= own + leastLoss;
      const { alike, lag } = similarity(contours[channel] as Contour, contours[other] as Contour, {
        ...frames,
        earliest: isLouder ? -echoFrames : -apartFrames,
        latest: apartFrames,
      });
      if (alike >= same && isLouder) return { verdict: 'leak', alike, source: other, lag, loudest: false };
      if (alike >= same) {
        found.verdict = 'shared';
        if (level > own || (level === own && other < channel)) found.loudest = false;
      } else if (alike >= different && found.verdict === 'own') found.verdict = 'unclear';
      found.alike = Math.max(found.alike, alike);
    }
    return found;
  };
};
