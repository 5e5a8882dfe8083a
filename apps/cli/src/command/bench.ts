import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readMachine } from '@whisper-bot/config';
import { Argument, type Command } from 'commander';
import { CliError } from '../failure.js';
import type { Terminal } from '../terminal.js';

const parts = ['asr', 'diarize', 'fidelity', 'silence', 'pipeline', 'queue', 'formats', 'hours'] as const;

export const addBench = (program: Command, terminal: Terminal): void => {
  program
    .command('bench')
    .summary('measure speed and error rates on this machine')
    .description(
      'Measures words, speakers, what is made up in silence, the pipeline, the queue and the formats, in turn with their peers, and writes the figures to docs/benchmarks.md. Only where they are asked for: bench hours (what ten hours do to a worker’s memory, half an hour) and bench fidelity (ordinary recordings that engines get wrong, spoken by voices from Debian packages).',
    )
    .addArgument(new Argument('[part]', 'only this one').choices(parts))
    .option('--json', 'the figures as JSON on standard output')
    .option('--peers', 'measure other engines too, in a Python environment under bench/.venv')
    .addHelpText(
      'after',
      `
Further ones, run by themselves: node bench/analytics.mjs, bench/bot-burst.mjs, bench/dashboard.mjs, bench/voice-note.mjs, bench/outage.mjs

Examples:
  whisper-bot bench
  whisper-bot bench asr --peers`,
    )
    .action((part: string | undefined, options: { json?: true; peers?: true }) => bench(terminal, part, options));
};

const bench = async (
  { signal }: Terminal,
  part: string | undefined,
  { json, peers }: { json?: true; peers?: true },
): Promise<void> => {
  const args = [join(readMachine().repository, 'bench', 'main.mjs'), ...(part === undefined ? [] : [part])];
  if (json) args.push('--json');
  if (peers) args.push('--peers');
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      signal,
      killSignal: 'SIGTERM',
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    child.on('close', resolve);
  });
  if (code !== 0) throw new CliError('The bench did not come to its end.');
};
