import type { Span } from '../contract.js';
import { sampleRate } from '../wav/sample-rate.js';

/** Samples [from, to) of the recording, put at sample `at` of the window. */
export interface AudioSlice {
  from: number;
  to: number;
  at: number;
}

/** What the encoder sees at once: slices of the recording side by side, no longer than 30 s. */
export type Window = readonly AudioSlice[];

/** The encoder always works on 30 s. */
export const windowSamples = 30 * sampleRate;

/**
 * How much of the silence around a span stays, samples: 0.2 s on each side. Speech detectors clip the first and last
 * consonants, and a join without any pause runs words together.
 */
export const margin = 0.2 * sampleRate;

export const windowLength = (window: Window): number =>
  window.reduce((length, { from, to, at }) => Math.max(length, at + to - from), 0);

/** Spans widened by the margin, in samples; what touches is one. */
export const widen = (speech: readonly Span[]): { from: number; to: number }[] => {
  const wide: { from: number; to: number }[] = [];
  for (const span of speech) {
    const from = Math.max(0, Math.floor(span.start * sampleRate) - margin);
    const to = Math.ceil(span.end * sampleRate) + margin;
    const last = wide.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else wide.push({ from, to });
  }
  return wide;
};

/**
 * Packs intervals into as few windows as order allows; one that does not fit begins the next window. Every
 * interval must fit into a window of its own.
 */
export const pack = (intervals: readonly { from: number; to: number }[]): Window[] => {
  const windows: AudioSlice[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const { from, to } of intervals) {
    if (length + to - from > windowSamples) {
      windows.push([]);
      length = 0;
    }
    windows.at(-1)?.push({ from, to, at: length });
    length += to - from;
  }
  return windows;
};

/** What of the recording is in seconds [start, end) of a window, as a window of its own. */
export const partOf = (window: Window, { start, end }: { start: number; end: number }): Window => {
  const [first, last] = [Math.round(start * sampleRate), Math.round(end * sampleRate)];
  const inside = window
    .map(({ from, to, at }) => ({ from: Math.max(from, from + first - at), to: Math.min(to, from + last - at) }))
    .filter(({ from, to }) => to > from);
  return pack(inside)[0] ?? [];
};

/** Where something in a window is in the recording, both in seconds: within the slice it lies in; a border belongs to the slice it ends. */
export const inRecording = (window: Window, seconds: number): number => {
  const sample = seconds * sampleRate;
  const slice = window.find(({ from, to, at }) => sample <= at + to - from) ?? window.at(-1);
  if (slice === undefined) return 0;
  return (slice.from + Math.min(Math.max(0, sample - slice.at), slice.to - slice.from)) / sampleRate;
};

/** Where something in the recording is in a window, both in seconds; null where the window has not got it. */
export const inWindow = (window: Window, seconds: number): number | null => {
  const sample = seconds * sampleRate;
  const slice = window.find(({ from, to }) => sample >= from && sample <= to);
  return slice === undefined ? null : (slice.at + sample - slice.from) / sampleRate;
};
