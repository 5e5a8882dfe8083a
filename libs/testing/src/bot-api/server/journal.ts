import type { ResponseParameters } from 'grammy/types';
import type { Fault } from '../fault/schedule.js';
import { type Change, createChange } from './change.js';

/** How a call ended. */
export type Outcome =
  | { readonly kind: 'ok'; readonly result: unknown }
  | {
      readonly kind: 'refused';
      readonly code: number;
      readonly description: string;
      readonly parameters?: ResponseParameters;
    }
  /** The bot got no usable answer; `result` is what was done all the same, if anything. */
  | { readonly kind: 'lost'; readonly result?: unknown }
  /** The handler itself failed: a defect of this server. */
  | { readonly kind: 'broken'; readonly cause: string };

/** One call of the bot. */
export interface JournalEntry {
  readonly number: number;
  readonly method: string;
  /** As sent; uploads appear as `<name, N bytes>`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Server time in milliseconds at which the call arrived. */
  readonly at: number;
  /** Milliseconds of server time it took; undefined while it lasts. */
  durationMs?: number;
  outcome?: Outcome;
  readonly fault?: Fault;
}

/** All calls of the bot, oldest first. */
export interface Journal {
  readonly entries: readonly JournalEntry[];
  /** Ended calls of one method, any case. */
  of(method: string): readonly JournalEntry[];
  /** Calls that took effect: answered with a result, also if the answer was lost on the way. */
  effective(method: string): readonly JournalEntry[];
  /** Waits until `look` finds something; looks again whenever a call begins or ends. */
  until: Change['until'];
  clear(): void;
}

/** Creates an empty journal that keeps the last `limit` calls. */
export function createJournal(now: () => number, limit = 50_000) {
  const change = createChange();
  let entries: JournalEntry[] = [];
  let next = 1;
  const of = (method: string) =>
    entries.filter((entry) => entry.outcome && entry.method.toLowerCase() === method.toLowerCase());
  const journal: Journal = {
    get entries() {
      return entries;
    },
    of,
    effective: (method) => of(method).filter(({ outcome }) => outcome && 'result' in outcome),
    until: change.until,
    clear() {
      entries = [];
    },
  };
  return {
    journal,
    begin(call: Pick<JournalEntry, 'method' | 'parameters'> & { fault?: Fault | undefined }): JournalEntry {
      const { fault, ...rest } = call;
      const entry: JournalEntry = { number: next++, ...rest, at: now(), ...(fault && { fault }) };
      entries.push(entry);
      if (entries.length > limit) entries = entries.slice(-Math.floor(limit / 2));
      change.notify();
      return entry;
    },
    end(entry: JournalEntry, outcome: Outcome): void {
      entry.outcome = outcome;
      entry.durationMs = now() - entry.at;
      change.notify();
    },
  };
}
