// The table on the terminal and the section in docs/benchmarks.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', 'docs', 'benchmarks.md');
const title = `# Benchmarks

Each section is written by \`./whisper-bot bench PART\` and replaced by the next run of it. Times are medians of runs that take
turns, with the least and the greatest behind. × real time: seconds of work a second of audio.
`;

/** What the numbers were measured on; the load is that before the run. */
export const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  load: Number(loadavg()[0].toFixed(2)),
  node: process.version,
  date: new Date().toISOString().slice(0, 16),
});

const verdict = ({ met }) => (met === null ? '' : met ? 'met' : '**not met**');

const section = ({ part, machine: on, rows, notes }) =>
  [
    `## ${part}`,
    '',
    `${on.date} UTC, ${on.cpu}, ${on.cores} cores, ${on.memoryGiB} GiB, Node.js ${on.node}; load average before the run ${on.load}, after it ${on.loadAfter}.`,
    '',
    '| what | measured | target | |',
    '|---|---|---|---|',
    ...rows.map((line) => `| ${line.what} | ${line.measured} | ${line.target} | ${verdict(line)} |`),
    '',
    ...notes.map((note) => `- ${note}`),
  ].join('\n');

/** Replaces one part's section, or adds it; the others stay. */
export const writeSection = (result) => {
  const [begin, end] = [`<!-- bench ${result.part} -->`, `<!-- /bench ${result.part} -->`];
  let text = title;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const block = `${begin}\n${section(result)}\n${end}`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  writeFileSync(
    file,
    from >= 0 && to > from
      ? text.slice(0, from) + block + text.slice(to + end.length)
      : `${text.trimEnd()}\n\n${block}\n`,
  );
};

export const printTable = (result) => {
  const wide = Math.max(...result.rows.map(({ what }) => what.length));
  console.log(`\n${result.part}`);
  for (const line of result.rows) {
    const target = line.target === '' ? '' : `  target ${line.target}  ${verdict(line).replaceAll('*', '')}`;
    console.log(`  ${line.what.padEnd(wide)}  ${line.measured}${target}`);
  }
  for (const note of result.notes) console.log(`  - ${note}`);
};
