// Timing and its presentation: medians with their spread, of runs that take turns.
import { dice } from './dice.mjs';

/** @param {readonly number[]} values */
export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** `0.0412 (0.0401–0.0433)`: median, least and greatest. */
export const spread = (values, digits = 4) =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

/** Seconds that an asynchronous body takes, and its value. */
export const timed = async (body) => {
  const begin = performance.now();
  const value = await body();
  return { seconds: (performance.now() - begin) / 1000, value };
};

/**
 * Runs every candidate once unmeasured, then `rounds` times in turn (A B A B …), so that a machine that slows down slows all. One that cannot run is left
 * out of the answer, and a note says why.
 * @param {Record<string, () => Promise<unknown>>} candidates
 * @param {number} rounds
 * @param {string[] | null} [notes] without them what one throws is thrown
 */
export const inTurn = async (candidates, rounds, notes = null) => {
  const times = {};
  for (const [name, body] of Object.entries(candidates)) {
    try {
      await body();
      times[name] = [];
    } catch (error) {
      if (notes === null) throw error;
      notes.push(cannotRun(name, error));
    }
  }
  for (let round = 0; round < rounds; round += 1)
    for (const name of Object.keys(times)) times[name].push((await timed(candidates[name])).seconds);
  return times;
};

/** A note that says what is missing from the table, and why. */
export const cannotRun = (name, error) => {
  const [cause] = String(error.cause ?? error.message).split('\n');
  return `${name} cannot run here and is left out: ${cause.slice(0, 300)}`;
};

/**
 * By how much one sum of errors is greater than another, computed from the recordings that both processed: the middle 95 % of the
 * differences that recordings drawn by lot would give (bootstrap).
 * @param {readonly number[]} ours errors by recording
 * @param {readonly number[]} theirs
 * @returns {{ low: number, high: number }} errors more than theirs
 */
export const differenceOf = (ours, theirs) => {
  const random = dice(1);
  const differences = ours.map((count, at) => count - theirs[at]);
  const drawn = () => differences[Math.floor(((random() + 1) / 2) * differences.length)];
  const sums = Array.from({ length: 2000 }, () => differences.reduce((sum) => sum + drawn(), 0));
  sums.sort((a, b) => a - b);
  return { low: sums[50], high: sums[1949] };
};

/** A line of the table. `met` is null where there is no target or it was not measured. */
export const row = (what, measured, target = '', met = null) => ({ what, measured, target, met });

/**
 * A line about the difference of runs that took turns, each with its neighbour: a difference of medians would say more about
 * the machine than about the two. Undecided where the median may lie on both sides of the target: its confidence interval of
 * 95 % by the sign test.
 */
export const differenceRow = (what, differences, { limit, unit, digits }) => {
  const sorted = differences.toSorted((a, b) => a - b);
  const rank = signTestRank(sorted.length);
  const [low, high] = [sorted[rank], sorted[sorted.length - 1 - rank]];
  const decided = high <= limit || low > limit;
  const measured = `${spread(differences, digits)} ${unit}, median with 95 % within ${low.toFixed(digits)} and ${high.toFixed(digits)}`;
  return row(what, decided ? measured : `${measured}: undecided`, `≤ ${limit} ${unit}`, decided ? high <= limit : null);
};

/** How many of the least and of the greatest of `count` values lie outside the median's interval of 95 %: as many heads of as many coins. */
const signTestRank = (count) => {
  let rank = 0;
  let chance = 0.5 ** count;
  for (let ways = chance; rank < count / 2; rank += 1) {
    ways = (ways * (count - rank)) / (rank + 1);
    if (chance + ways > 0.025) break;
    chance += ways;
  }
  return chance > 0.025 ? 0 : rank;
};
