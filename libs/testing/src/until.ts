/** Waits until the condition holds (a value other than false, null, undefined); rejects after `bound` milliseconds. */
export const until = async <T>(
  condition: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  bound = 180_000,
): Promise<T> => {
  const deadline = performance.now() + bound;
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`the condition did not hold within ${bound} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};
