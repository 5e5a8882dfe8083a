import type { Span } from '../contract.js';

export interface SpanOptions {
  /** Of the recording, seconds. */
  duration: number;
  /** Added on both sides, seconds. */
  padding: number;
  /** Spans closer than this become one, seconds. */
  shortestGap: number;
}

/** Widens spans so that no word is clipped, and joins what then touches or nearly does. Expects them sorted by start. */
export const widenSpans = (spans: readonly Span[], { duration, padding, shortestGap }: SpanOptions): Span[] => {
  const wide: Span[] = [];
  for (const span of spans) {
    const start = Math.max(0, span.start - padding);
    const end = Math.min(duration, span.end + padding);
    const last = wide.at(-1);
    if (last && start - last.end < shortestGap) last.end = Math.max(last.end, end);
    else if (end > start) wide.push({ start, end });
  }
  return wide;
};
