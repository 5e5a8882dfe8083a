/** Milliseconds: as long as a timer can be. */
const longest = 2 ** 31 - 1;

/** Waits that end early: `wait` when rung (also before), both when the signal aborts. */
export const createWakeUp = (ended: AbortSignal) => {
  let rung = false;
  let wake: () => void = () => {};
  ended.addEventListener('abort', () => wake(), { once: true });
  const sleep = (ms: number, wakes: boolean): Promise<void> =>
    new Promise((resolve) => {
      if (ended.aborted || (wakes && rung)) return resolve();
      const timer = setTimeout(resolve, ms);
      wake = () => {
        if (!wakes && !ended.aborted) return;
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    ring: (): void => {
      rung = true;
      wake();
    },
    quiet: (ms: number) => sleep(ms, false),
    wait: async (ms = longest): Promise<void> => {
      await sleep(ms, true);
      rung = false;
    },
  };
};
