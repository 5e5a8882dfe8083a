/**
 * Assigns each of at most three rows a column of its own so that the sum is largest. −1 for a row without one: where columns are fewer, or none
 * has a positive value.
 */
export const bestMatch = (worth: readonly (readonly number[])[]): number[] => {
  let best = Number.NEGATIVE_INFINITY;
  let match = worth.map(() => -1);
  const chosen: number[] = [];
  const search = (row: number, sum: number): void => {
    if (row === worth.length) {
      if (sum > best) {
        best = sum;
        match = [...chosen];
      }
      return;
    }
    for (const [column, value] of (worth[row] as readonly number[]).entries()) {
      if (value <= 0 || chosen.includes(column)) continue;
      chosen[row] = column;
      search(row + 1, sum + value);
      chosen.length = row;
    }
    chosen[row] = -1;
    search(row + 1, sum);
    chosen.length = row;
  };
  search(0, 0);
  return match;
};
