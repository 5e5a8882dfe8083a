import type { Span } from '../contract.js';
import { sampleRate } from '../wav/sample-rate.js';
import { inRecording, type Window } from './window.js';

/** No word is shorter, seconds: one step of the encoder. */
const shortest = 0.02;

/** Milliseconds are exact enough, and keep the artifacts readable. */
const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/**
 * Finds where in the recording something recognized in a window was spoken. Its end decides the span it belongs to (ends are
 * what Whisper knows best: a word after a pause seems to begin before it), and it never reaches beyond that span.
 */
export const createPlacer = (window: Window, speech: readonly Span[]) => {
  const first = (window[0]?.from ?? 0) / sampleRate;
  const last = (window.at(-1)?.to ?? 0) / sampleRate;
  const inside = speech
    .map(({ start, end }) => ({ start: Math.max(start, first), end: Math.min(end, last) }))
    .filter(({ start, end }) => end > start);

  return (start: number, end: number): Span | null => {
    const until = inRecording(window, end);
    const distance = (span: Span) => Math.max(span.start - until, until - span.end, 0);
    const [home] = [...inside].sort((a, b) => distance(a) - distance(b));
    if (home === undefined) return null;
    const placedEnd = Math.min(Math.max(until, Math.min(home.start + shortest, home.end)), home.end);
    const placedStart = Math.min(Math.max(until - (end - start), home.start), placedEnd - shortest);
    return { start: round(Math.max(home.start, placedStart)), end: round(placedEnd) };
  };
};
