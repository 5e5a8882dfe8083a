import { createConcurrentSink, createRunner, createSource } from '@grammyjs/runner';
import { isUnavailable, reconnectPause } from '@whisper-bot/runtime';
import type { ClaimedUpdate, Inbox } from '@whisper-bot/store/telegram';
import type { Update } from 'grammy/types';
import type { BotLog } from '../log.js';
import { backOff } from '../outbox/verdict.js';

export interface HandleDeps {
  inbox: Inbox;
  /** Handles one update; may be called again with the same one. */
  handle(update: Update): Promise<void>;
  log: BotLog;
  /** Chats handled at once. */
  concurrency: number;
  /** Attempts an update gets before it is put aside. */
  mostAttempts: number;
}

export interface Handling {
  /** Something may be waiting. */
  wake(): void;
  /** Finishes what is being handled. */
  close(): Promise<void>;
}

/** Milliseconds between two looks without a wake-up: another process may have stored an update. */
const lookInterval = 5000;

const chatsOf = ({ chatId, otherChatId }: ClaimedUpdate): number[] =>
  otherChatId === undefined ? [chatId] : [chatId, otherChatId];

/**
 * grammY's runner, fed from the inbox instead of from Telegram: one update a chat at a time, chats beside each other. An
 * update is gone only when it was handled; one that fails again and again is put aside, so that the chat goes on.
 */
export const startHandling = (deps: HandleDeps): Handling => {
  const { inbox, handle, log } = deps;
  const busy = new Set<number>();
  let wakeUp = () => {};
  let woken = false;

  const wake = (): void => {
    woken = true;
    wakeUp();
  };

  /** Resolves when woken, after so many milliseconds, or when the signal aborts. */
  const rest = (signal: AbortSignal, longest: number): Promise<void> =>
    new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, longest);
      signal.addEventListener('abort', end);
      wakeUp = end;
      if (woken || signal.aborted) end();
    });

  const supply = async (size: number, signal: AbortSignal): Promise<ClaimedUpdate[]> => {
    for (let failures = 0; !signal.aborted; ) {
      woken = false;
      try {
        const claimed = await inbox.claim(Math.min(size, deps.concurrency), [...busy]);
        failures = 0;
        for (const chatId of claimed.flatMap(chatsOf)) busy.add(chatId);
        if (claimed.length > 0) return claimed;
      } catch (error) {
        log.error({ err: error }, 'inbox unavailable');
        failures += 1;
      }
      await rest(signal, failures === 0 ? lookInterval : reconnectPause(failures));
    }
    return [];
  };

  const release = (update: ClaimedUpdate): void => {
    for (const chatId of chatsOf(update)) busy.delete(chatId);
    wake();
  };

  const consume = async (claimed: ClaimedUpdate): Promise<void> => {
    const { updateId, attempts } = claimed;
    try {
      await handle(claimed.body as Update);
      await inbox.done(updateId);
      release(claimed);
    } catch (error) {
      log.error({ err: error, update_id: updateId, attempts }, 'update handling failed');
      // Where Redis or PostgreSQL is away the update is not at fault, however often it was tried, and goes on soon after its return.
      const isAway = isUnavailable(error);
      if (attempts >= deps.mostAttempts && !isAway) {
        await inbox
          .park(updateId, error instanceof Error ? (error.stack ?? error.message) : String(error))
          .catch((failure: unknown) => log.error({ err: failure, update_id: updateId }, 'inbox unavailable'));
        release(claimed);
        return;
      }
      // The chat rests, so that its next update does not overtake this one.
      const rests = isAway ? reconnectPause(attempts) : backOff(Math.min(attempts, deps.mostAttempts));
      setTimeout(() => release(claimed), rests).unref();
    }
  };

  // The runner's own signal type is an older one of the same shape.
  const source = createSource<ClaimedUpdate>({ supply: (size, signal) => supply(size, signal as AbortSignal) });
  const sink = createConcurrentSink<ClaimedUpdate>({ consume }, async () => {}, { concurrency: deps.concurrency });
  const runner = createRunner(source, sink);
  runner.start();
  return {
    wake,
    close: async () => {
      await runner.stop();
    },
  };
};
