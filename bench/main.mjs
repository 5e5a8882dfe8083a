// node bench/main.mjs [PART …] [--json] [--peers] [--sizes=small,medium] [--format=q8_0], or ./whisper-bot bench
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cannotRun } from './measure.mjs';
import { machine, printTable, writeSection } from './report.mjs';
import { familyOf } from './task.mjs';

const parts = {
  formats: async (options) => (await import('./part/formats.mjs')).formatting(options),
  queue: async (options) => (await import('./part/queue.mjs')).queue(options),
  asr: async (options) => (await import('./part/asr.mjs')).asr(options),
  diarize: async (options) => (await import('./part/diarize.mjs')).diarize(options),
  silence: async (options) => (await import('./part/silence.mjs')).silence(options),
  pipeline: async (options) => (await import('./part/pipeline.mjs')).pipeline(options),
};
/** Half an hour each, or with packages of their own: only where they are asked for. */
const longParts = {
  fidelity: async (options) => (await import('./part/fidelity.mjs')).fidelity(options),
  models: async (options) => (await import('./part/models.mjs')).models(options),
  hours: async (options) => (await import('./part/hours.mjs')).tenHours(options),
};
/** Minutes after which a part is given up. */
const boundOf = (part) => (Object.hasOwn(longParts, part) ? 75 : 40);

const args = process.argv.slice(2);
/** What stands behind `--name=`, or nothing. */
const optionOf = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const asked = args.filter((arg) => !arg.startsWith('-'));
const all = { ...parts, ...longParts };
const unknown = asked.filter((name) => !Object.hasOwn(all, name));
if (unknown.length > 0) {
  console.error(`No such bench: ${unknown.join(', ')}. There are ${Object.keys(all).join(', ')}.`);
  process.exit(2);
}
const dir = mkdtempSync(join(tmpdir(), 'whisper-bot-bench-'));
process.on('exit', () => {
  // Whatever way it ends, nothing of what was started stays behind.
  for (const pid of familyOf(process.pid).slice(1)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  rmSync(dir, { recursive: true, force: true });
});
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => process.exit(130));
const results = [];
const failed = [];
for (const part of asked.length > 0 ? asked : Object.keys(parts)) {
  const bound = boundOf(part);
  const timer = setTimeout(() => {
    console.error(`${part} took more than ${bound} minutes and was given up.`);
    process.exit(1);
  }, bound * 60_000);
  const on = machine();
  const options = {
    dir,
    peers: args.includes('--peers'),
    sizes: optionOf('sizes')?.split(','),
    format: optionOf('format'),
  };
  const outcome = await all[part](options).catch((error) => error);
  clearTimeout(timer);
  if (outcome instanceof Error) {
    // The other parts can still be measured.
    failed.push(part);
    console.error(cannotRun(part, outcome));
    continue;
  }
  const { rows, notes } = outcome;
  const result = { part, machine: { ...on, loadAfter: Number(loadavg()[0].toFixed(2)) }, rows, notes };
  results.push(result);
  writeSection(result);
  if (!args.includes('--json')) printTable(result);
}
if (args.includes('--json')) console.log(JSON.stringify(results, null, 2));
process.exit(failed.length > 0 ? 1 : 0);
