import { setTimeout as wait } from 'node:timers/promises';
import { deferred } from '../async/deferred.js';
import { type PauseBounds, reconnectPause } from './pause.js';

/** One connection, open. */
export interface Link {
  /** Resolves when it has ended, however; never rejects. */
  readonly ended: Promise<void>;
  /** Ends it within a bounded time; calling it on an ended one does nothing. */
  close(): Promise<void>;
}

export interface KeepConnectedOptions {
  /** Opens a connection and does what must be done on each new one. One that fails half way must be closed by itself. */
  open(signal: AbortSignal): Promise<Link>;
  /** Called for each failed attempt. */
  onError(error: unknown): void;
  pause?: PauseBounds;
}

/** A connection that is opened again whenever it ends. */
export interface KeptConnection {
  /** Resolves once it was open for the first time; rejects where it is closed before. */
  readonly opened: Promise<void>;
  /** Ends it for good. */
  close(): Promise<void>;
}

/** A connection that held for so long counts as healthy: the pauses start over. Milliseconds. */
const healthy = 5000;

/**
 * Keeps one connection open: a loop, so that there is never more than one attempt on its way and never more than one
 * timer, however a failed client reports its end. Pauses grow, with jitter, up to a bound.
 */
export const keepConnected = ({ open, onError, pause }: KeepConnectedOptions): KeptConnection => {
  const closing = new AbortController();
  const { signal } = closing;
  const opened = deferred<void>();
  // It may be closed before anyone asks.
  opened.promise.catch(() => undefined);

  const hold = async (): Promise<boolean> => {
    const link = await open(signal);
    const since = performance.now();
    opened.resolve();
    const abort = (): void => void link.close();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    await link.ended;
    signal.removeEventListener('abort', abort);
    return performance.now() - since > healthy;
  };

  const keep = async (): Promise<void> => {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        if (await hold()) attempt = 1;
      } catch (error) {
        if (!signal.aborted) onError(error);
      }
      await wait(reconnectPause(attempt, pause), undefined, { signal }).catch(() => undefined);
    }
  };
  const kept = keep();

  return {
    opened: opened.promise,
    close: async () => {
      closing.abort(new Error('closed'));
      opened.reject(signal.reason);
      await kept;
    },
  };
};
