import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readMachine } from '@whisper-bot/config';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../failure.js';
import type { Terminal } from '../terminal.js';

const parts = [
  'asr',
  'diarize',
  'fidelity',
  'silence',
  'pipeline',
  'queue',
  'formats',
  'hours',
  'models',
  'chaos',
] as const;

/** How whisper.cpp’s files store weights. */
const formats = ['f16', 'q8_0', 'q5_0'] as const;

interface BenchOptions {
  json?: true;
  peers?: true;
  sizes?: string;
  format?: string;
  faults?: number;
  seed?: number;
  minutes?: number;
}

export const addBench = (program: Command, terminal: Terminal): void => {
  program
    .command('bench')
    .summary('measure speed and error rates on this machine')
    .description(
      'Measures words, speakers, what is made up in silence, the pipeline, the queue and the formats, in turn with their peers, and writes the numbers to docs/benchmarks.md. Only where they are asked for: bench hours (what ten hours do to a worker’s memory, half an hour), bench models (Whisper models larger than base, with random weights) and bench fidelity (ordinary recordings that engines get wrong, spoken by voices from Debian packages). bench chaos measures nothing of this: it breaks a running installation of its own in every way there is, and says what was lost, doubled, stuck or left behind.',
    )
    .addArgument(new Argument('[part]', 'only this one').choices(parts))
    .option('--json', 'the numbers as JSON on standard output')
    .option('--peers', 'measure other engines too, in a Python environment under bench/.venv')
    .option('--sizes <names>', 'models: only these, with commas between (small, medium, large-v3-turbo, large-v3)')
    .addOption(new Option('--format <name>', 'models: how the weights are stored (default: f16)').choices(formats))
    .option('--faults <count>', 'chaos: how many faults, one after another (default: 40)', parseCount)
    .option('--seed <number>', 'chaos: which faults in which order (default: 1)', parseCount)
    .option('--minutes <count>', 'chaos: no further fault after that time (default: 30)', parseCount)
    .addHelpText(
      'after',
      `
Further ones, run by themselves: node bench/analytics.mjs, bench/bot-burst.mjs, bench/dashboard.mjs, bench/voice-note.mjs, bench/outage.mjs

Examples:
  whisper-bot bench
  whisper-bot bench asr --peers
  whisper-bot bench models --peers --sizes small,large-v3-turbo --format q8_0
  whisper-bot bench chaos --faults 200 --seed 7 --minutes 120`,
    )
    .action((part: string | undefined, options: BenchOptions) => bench(terminal, part, options));
};

const parseCount = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is a number from 0 to 999999.');
  return Number(text);
};

const bench = async ({ signal }: Terminal, part: string | undefined, options: BenchOptions): Promise<void> => {
  const { json, peers, sizes, format, ...given } = options;
  const chaos = part === 'chaos';
  if (!chaos && Object.keys(given).length > 0)
    throw new CliError('--faults, --seed and --minutes belong to bench chaos.', 2);
  if (part !== 'models' && (sizes ?? format) !== undefined)
    throw new CliError('--sizes and --format belong to bench models.', 2);
  const program = join(readMachine().repository, 'bench', chaos ? 'chaos/main.mjs' : 'main.mjs');
  const args = [program, ...(part === undefined || chaos ? [] : [part])];
  if (json) args.push('--json');
  if (peers && !chaos) args.push('--peers');
  for (const [name, value] of Object.entries({ sizes, format }))
    if (value !== undefined) args.push(`--${name}=${value}`);
  for (const [name, value] of Object.entries(given)) args.push(`--${name}`, String(value));
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      signal,
      killSignal: 'SIGTERM',
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    child.on('close', resolve);
  });
  if (code === 0) return;
  throw new CliError(
    chaos && code === 1
      ? 'Something was lost, doubled, stuck or left behind; the table says after which fault.'
      : 'The bench did not come to its end.',
  );
};
