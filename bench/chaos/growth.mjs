// What a process or server holds more of at the end of a run than is to be expected: a leak shows here, whatever is leaked. Pure.

/**
 * Bounds: so many times what there was before, and some more for what comes and goes. Connections go by pools of at most ten a process;
 * memory and files of a run's length were measured at most a tenth higher (docs/what-survives-what.md).
 */
const bounds = {
  connections: { times: 1.5, more: 10 },
  files: { times: 1.5, more: 20 },
  mib: { times: 1.5, more: 100 },
};
/** ClickHouse's own count, see proc.mjs: three for each thread. */
const statisticsOfThread = 3;

const isAbove = (now, before, { times, more }) => now > before * times + more;

/**
 * @typedef {object} Load
 * @property {number} postgres connections
 * @property {number} redis connections
 * @property {Record<string, { files: number, statistics: number, threads: number, mib: number }>} processes
 *
 * @param {Load} before
 * @param {Load} after
 * @returns {string[]} a sentence for each
 */
export const grown = (before, after) => [
  ...['postgres', 'redis'].flatMap((name) =>
    isAbove(after[name], before[name], bounds.connections)
      ? [`connections of ${name}: ${before[name]} before, ${after[name]} after`]
      : [],
  ),
  ...Object.entries(after.processes).flatMap(([name, now]) => {
    const then = before.processes[name];
    if (then === undefined) return [];
    return [
      ...['files', 'mib'].flatMap((what) =>
        isAbove(now[what], then[what], bounds[what])
          ? [`${what} of ${name}: ${then[what]} before, ${now[what]} after`]
          : [],
      ),
      ...(now.statistics > now.threads * statisticsOfThread
        ? [`files of ${name}: ${now.statistics} statistics of ${now.threads} threads`]
        : []),
    ];
  }),
];
