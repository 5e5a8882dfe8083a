import type { Limit } from '../server/refusal.js';

/** One time the bot ran into a limit. */
export interface Violation {
  readonly limit: Limit;
  readonly detail: string;
  /** Server time, milliseconds. */
  readonly at: number;
}

/** What the bot did that Telegram would not have liked. */
export interface ViolationReport {
  readonly total: number;
  /** How often each limit was met; 0 if never. */
  count(...limits: Limit[]): number;
  /** The last thousand. */
  readonly entries: readonly Violation[];
}

const kept = 1000;

/** Creates an empty report and the function that adds to it. */
export function createViolations(now: () => number) {
  const counts = new Map<Limit, number>();
  const entries: Violation[] = [];
  let total = 0;
  const report: ViolationReport = {
    get total() {
      return total;
    },
    count: (...limits) => limits.reduce((sum, limit) => sum + (counts.get(limit) ?? 0), 0),
    entries,
  };
  return {
    report,
    add(limit: Limit, detail: string) {
      total += 1;
      counts.set(limit, (counts.get(limit) ?? 0) + 1);
      entries.push({ limit, detail, at: now() });
      if (entries.length > kept) entries.shift();
    },
  };
}
