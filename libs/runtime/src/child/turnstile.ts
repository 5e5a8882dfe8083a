import { deferred } from './deferred.js';

/** Lets one at a time through, in order of arrival; who aborts while waiting leaves at once. */
export const createTurnstile = () => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
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
