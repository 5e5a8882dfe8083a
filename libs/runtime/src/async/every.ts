export interface Repeated {
  /** Begins no further run; resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/**
 * Does something again and again, one run at a time: where one takes longer than the interval, because a neighbour is away, none queues up
 * behind it to run all at once on its return. Errors go to `onError`.
 */
export const every = (
  milliseconds: number,
  work: () => Promise<unknown>,
  onError: (error: unknown) => void,
): Repeated => {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= work()
      .then(() => undefined, onError)
      .finally(() => {
        running = null;
      });
  }, milliseconds);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
};
