import { sampleRate } from '../wav/sample-rate.js';

/** Silence that belongs before a sample of what was decoded; both in samples. */
export interface Gap {
  at: number;
  length: number;
}

export interface TimelineOptions {
  /** Of the file, seconds, as the container states it; null where it does not. */
  duration: number | null;
  /** Samples that the recording may have with its gaps; default no bound. */
  maximum?: number;
  /** Seconds: the longest gap that is believed. */
  longest?: number;
}

export interface Timeline {
  /** The next packet of decoded sound: its time and its length, samples. */
  add(time: number, length: number): void;
  /** Samples so far, without the gaps. */
  decoded(): number;
  /** Where sound is missing, in order. */
  gaps(): Gap[];
}

/** Seconds: below it a difference is rounding or the encoder's delay, and no one sees it. */
const least = 0.1;
/** Seconds that times may go back before they are another clock's: recordings joined, a counter that starts over. */
const slack = 1;
/** Seconds by which a container may understate its length. */
const tolerance = 1;
/** Seconds: the longest plausible gap where the container does not state its length. */
const longestUntold = 3600;

/**
 * Finds the holes in the timeline of a file: sound that begins later than the picture, packets that were lost. A jump counts
 * only where the packet after it confirms it and the file is long enough for it, so that one damaged time makes no
 * hours of silence. Nothing is ever taken away: where times go back, the sound goes on.
 */
export const createTimeline = ({
  duration,
  maximum = Number.POSITIVE_INFINITY,
  ...options
}: TimelineOptions): Timeline => {
  const longest = (options.longest ?? (duration === null ? longestUntold : Number.POSITIVE_INFINITY)) * sampleRate;
  const end = duration === null ? null : (duration + tolerance) * sampleRate;
  const found: Gap[] = [];
  let decoded = 0;
  let inserted = 0;
  /** Added to a packet's time to have its place. */
  let shift = 0;
  let pending: Gap | null = null;
  /** Whether the packet before was behind its place as well. */
  let behind = false;

  const isCredible = (length: number): boolean =>
    length <= longest && decoded + inserted + length <= Math.min(end ?? Number.POSITIVE_INFINITY, maximum);
  const insert = (gap: Gap): void => {
    found.push(gap);
    inserted += gap.length;
  };

  return {
    add(time, length) {
      if (!Number.isFinite(time)) {
        decoded += length;
        return;
      }
      const ahead = () => time + shift - decoded - inserted;
      if (ahead() > least * sampleRate) {
        behind = false;
        const gap: Gap = pending ?? { at: decoded, length: ahead() };
        gap.length = Math.min(gap.length, ahead());
        if (pending === null) pending = gap;
        else {
          pending = null;
          if (isCredible(gap.length)) insert(gap);
          else shift -= gap.length;
        }
      } else {
        pending = null;
        const late = ahead() < -slack * sampleRate;
        if (late && behind) shift -= ahead();
        behind = late;
      }
      decoded += length;
    },
    decoded: () => decoded,
    gaps() {
      // A file of one packet has nothing to confirm it.
      if (pending !== null && pending.at === 0 && isCredible(pending.length)) insert(pending);
      pending = null;
      return found;
    },
  };
};
