import { type Logger, reconnectPause } from '@whisper-bot/runtime';
import { openStore, type Store } from '@whisper-bot/store';
import { TaskError } from '@whisper-bot/task';

/** The store, as soon as PostgreSQL answers. */
export interface StoreOpener {
  /** Resolves once it is open, however long PostgreSQL takes. */
  opened: Promise<Store>;
  /** The store, or TaskError `internal` where it does not open within `patience` milliseconds. */
  within(patience: number): Promise<Store>;
  close(): Promise<void>;
}

/** Opens the store and keeps trying: a process must be able to start while PostgreSQL is away. */
export const createStoreOpener = (url: string, logger: Logger): StoreOpener => {
  let closed = false;
  let store: Store | undefined;
  let timer: NodeJS.Timeout | undefined;
  const opened = new Promise<Store>((resolve) => {
    const attempt = (count: number): void => {
      openStore({ url, logger }).then(
        (open) => {
          store = open;
          if (closed) void open.close();
          else resolve(open);
        },
        (error: unknown) => {
          logger.warn({ err: error }, 'PostgreSQL unavailable: retrying');
          if (!closed) timer = setTimeout(attempt, reconnectPause(count), count + 1);
        },
      );
    };
    attempt(1);
  });
  return {
    opened,
    within: async (patience) => {
      let limit: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        const sentence = 'The record cannot be written right now. Please try again in a minute.';
        limit = setTimeout(
          () => reject(new TaskError('internal', sentence, { cause: 'PostgreSQL is away' })),
          patience,
        );
      });
      return Promise.race([opened, late]).finally(() => clearTimeout(limit));
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await store?.close();
    },
  };
};
