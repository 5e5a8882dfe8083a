/** A generator of numbers in [-1, 1) that are the same in every run (linear congruential, Numerical Recipes). */
export const dice = (seed) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 31 - 1;
};
