import { deferred } from './deferred.js';

/** Runs one piece of work at a time, in order of arrival; aborting while waiting rejects at once. */
export const createMutex = () => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async runExclusive<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
      const left = deferred<void>();
      const before = last;
      last = before.then(() => left.promise);
      const aborted = deferred<void>();
      const onAbort = () => aborted.resolve();
      if (signal.aborted) aborted.resolve();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await Promise.race([before, aborted.promise]);
        signal.throwIfAborted();
        return await work();
      } finally {
        signal.removeEventListener('abort', onAbort);
        left.resolve();
      }
    },
  };
};
