/** Where the server takes its time from. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The machine's clock, running `scale` times as fast: at 60, a minute of flood control passes in a second. */
export function scaledClock(scale = 1): Clock {
  const start = Date.now();
  const origin = performance.now();
  return { now: () => start + (performance.now() - origin) * scale };
}

/** A clock that stands still until it is moved, for tests of limits that need no waiting at all. */
export function manualClock(start = Date.UTC(2026, 0, 1)): Clock & { advance(ms: number): void } {
  let now = start;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}
