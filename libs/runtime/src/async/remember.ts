/** Keeps the answer of a call for so many milliseconds; concurrent callers share it. A failure is not kept. */
export const remember = <T>(ask: () => Promise<T>, lifetime: number): (() => Promise<T>) => {
  let at = Number.NEGATIVE_INFINITY;
  let last: Promise<T> | undefined;
  return () => {
    if (last !== undefined && performance.now() - at <= lifetime) return last;
    at = performance.now();
    const asked = ask();
    last = asked;
    asked.catch(() => {
      if (last === asked) last = undefined;
    });
    return asked;
  };
};
