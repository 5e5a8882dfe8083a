/** Notifies waiters of a change; each checks its own condition. */
export interface Change {
  notify(): void;
  /** Calls `listener` at every change until the returned function is called. */
  subscribe(listener: () => void): () => void;
  /**
   * Resolves with the first truthy value of `look`, now or after a change.
   * @throws Error after `timeoutMs` (milliseconds, default three minutes), naming `what` and, if given, what `describe` says there is instead.
   */
  until<T>(look: () => T, options?: UntilOptions): Promise<NonNullable<T>>;
}

/** How long to wait for a change, and how to speak about it when it does not come. */
export interface UntilOptions {
  /** Milliseconds; default three minutes. A bound against hanging, not a measurement. */
  timeoutMs?: number;
  /** What is waited for, as a phrase. */
  what?: string;
  /** Says what there is instead, for the error message. */
  describe?: () => string;
}

/** Creates a {@link Change}. */
export function createChange(): Change {
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    notify() {
      for (const listener of [...listeners]) listener();
    },
    subscribe,
    until: (look, options = {}) =>
      new Promise((resolve, reject) => {
        const timeoutMs = options.timeoutMs ?? 180_000;
        let stop = () => {};
        const timer = setTimeout(() => {
          stop();
          const instead = options.describe ? `; there is: ${options.describe()}` : '';
          reject(new Error(`Waited ${timeoutMs} ms in vain for ${options.what ?? 'a change'}${instead}`));
        }, timeoutMs);
        const check = () => {
          try {
            const found = look();
            if (!found) return;
            stop();
            clearTimeout(timer);
            resolve(found);
          } catch (error) {
            stop();
            clearTimeout(timer);
            reject(error);
          }
        };
        stop = subscribe(check);
        check();
      }),
  };
}
