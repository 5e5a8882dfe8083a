// What a run prints.
import { medianOf, tableOf } from './table.mjs';

const loadOf = ({ postgres, redis, processes }) =>
  `PostgreSQL connections ${postgres}, Redis connections ${redis}; ${Object.entries(processes)
    .map(
      ([name, { files, statistics, threads, mib }]) =>
        `${name} ${files} files${statistics > 0 ? ` (and ${statistics} of ${threads} threads)` : ''} ${mib} MiB`,
    )
    .join(', ')}`;

/** BullMQ keeps finished jobs for a day, and a few keys a queue. */
const familiesOf = (keys) => {
  const families = {};
  for (const [family, count] of Object.entries(keys)) {
    const name = /:ID-…$/.test(family)
      ? 'jobs that have ended'
      : /^whisper:[a-z-]+:(?:events|meta|id|completed|failed|marker|delayed|repeat.*|stalled.*)$/.test(family)
        ? 'books of the queues'
        : family;
    families[name] = (families[name] ?? 0) + count;
  }
  return Object.entries(families)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
};

const whyOf = ({ number, way, id, verdict, why, fault }) =>
  `- ${verdict}: ${way} ${number} (${id ?? 'no id'}), ${fault ?? 'no fault'}: ${why}`;

export const report = ({ usualSeconds, rows, verdicts, troubles, left, before, after, faults, skipped }, { seed }) => {
  const accepted = verdicts.filter(({ verdict }) => verdict !== 'not accepted').length;
  const happened = faults.filter((fault) => fault.skipped === null);
  const recoveries = happened.map(({ recovery }) => recovery ?? Number.POSITIVE_INFINITY);
  return [
    tableOf(rows),
    '',
    `Seed ${seed}: ${happened.length} faults under ${accepted} accepted tasks (${verdicts.length - accepted} were not accepted). Recovery, from the end of a fault until a probe on each way in was answered: median ${medianOf(recoveries)?.toFixed(1) ?? '–'} s; before any fault it took ${usualSeconds?.toFixed(1)} s.`,
    ...skipped.map(([name, why]) => `Left out: ${name}: ${why}.`),
    `Before: ${loadOf(before)}`,
    `After:  ${loadOf(after)}`,
    `Redis keys that do not expire: ${familiesOf(left.keys)}`,
    ...left.grown.map((what) => `- grown: ${what}`),
    ...left.jobs.map(({ key, jobs }) => `- left in Redis: ${key}: ${jobs}`),
    ...left.disk.map((path) => `- left on disk: ${path}`),
    ...troubles.map(whyOf),
  ].join('\n');
};
