import { setTimeout as pause } from 'node:timers/promises';
import type { Inbox } from '@whisper-bot/store/telegram';
import type { Api } from 'grammy';
import type { Update } from 'grammy/types';
import pRetry from 'p-retry';
import type { BotLog } from '../log.js';
import { backOff, judge } from '../outbox/verdict.js';
import { inboxUpdate, wantedUpdates } from './update.js';

export interface PollDeps {
  api: Api;
  inbox: Pick<Inbox, 'put'>;
  log: BotLog;
  /** Seconds a request waits for an update. */
  timeout: number;
  /** Something was stored. */
  onStored(): void;
  /** The token is refused, or another process polls with it. */
  onStop(cause: string): void;
}

/** 409 is what the last request of a killed bot may still cause; more in a row is another bot at work. */
const mostConflicts = 3;

/**
 * Fetches updates and stores them; only then does the next request's offset confirm them to Telegram. While
 * the store is away nothing is confirmed, so nothing is lost.
 */
export const startPolling = ({ api, inbox, log, timeout, onStored, onStop }: PollDeps): { close(): Promise<void> } => {
  const ending = new AbortController();
  const { signal } = ending;
  let offset = 0;

  const store = (updates: Update[]): Promise<void> =>
    pRetry(() => inbox.put(updates.map(inboxUpdate)), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 250,
      maxTimeout: 2000,
      randomize: true,
      signal,
      onFailedAttempt: ({ error, attemptNumber: attempt }) =>
        log.error({ err: error, attempt, updates: updates.length }, 'inbox unavailable: intake paused'),
    });

  const poll = async (): Promise<void> => {
    let failures = 0;
    let conflicts = 0;
    while (!signal.aborted) {
      try {
        const parameters = { offset, limit: 100, timeout, allowed_updates: wantedUpdates };
        const updates = await api.getUpdates(parameters, signal as never);
        failures = 0;
        conflicts = 0;
        if (updates.length === 0) continue;
        await store(updates);
        offset = (updates.at(-1)?.update_id ?? offset - 1) + 1;
        onStored();
      } catch (error) {
        if (signal.aborted) return;
        const verdict = judge(error);
        failures += 1;
        if (verdict.kind === 'stop') {
          conflicts += 1;
          if (conflicts >= mostConflicts || !/conflict/i.test(verdict.cause)) return onStop(verdict.cause);
        }
        log.warn({ err: error, failures }, 'getUpdates failed');
        await pause(verdict.kind === 'wait' ? verdict.milliseconds : backOff(failures), undefined, { signal });
      }
    }
  };

  const polling = poll().catch((error: unknown) => {
    if (!signal.aborted) log.error({ err: error }, 'polling ended');
  });
  return {
    close: async () => {
      ending.abort();
      await polling;
    },
  };
};
