import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readMachine } from '@whisper-bot/config';

/** The executable at the root, as a user calls it. */
export const executable = join(readMachine().repository, 'whisper-bot');
export const sample = (name: string): string => join(readMachine().repository, 'samples', name);

export interface CliRun {
  process: ChildProcess;
  /** Resolves when it has ended. */
  ended: Promise<CliOutcome>;
  /** Resolves with the first line of standard output; rejects where it ends before. */
  firstLine: Promise<string>;
}

export interface CliOutcome {
  code: number | null;
  out: string;
  err: string;
}

export interface CliOptions {
  home: string;
  env?: Record<string, string>;
  cwd?: string;
  /** Written to its standard input. */
  input?: Buffer | string;
}

/** Starts `whisper-bot` with a home of its own. */
export const startCli = (args: readonly string[], { home, env = {}, cwd, input }: CliOptions): CliRun => {
  const child = spawn(executable, args, {
    cwd: cwd ?? home,
    env: { ...process.env, WHISPER_BOT_HOME: home, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {}).end(input ?? '');
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      out += chunk;
      const end = out.indexOf('\n');
      if (end !== -1) resolve(out.slice(0, end));
    });
    child.once('close', () => reject(new Error(`whisper-bot ${args.join(' ')} ended without a line: ${err}`)));
  });
  firstLine.catch(() => {});
  const ended = once(child, 'close').then(([code]): CliOutcome => ({ code, out, err }));
  return { process: child, ended, firstLine };
};

/** Runs it to its end. */
export const runCli = (args: readonly string[], options: CliOptions): Promise<CliOutcome> =>
  startCli(args, options).ended;

/** Lines on standard error that the command itself wrote: without those of the set-up and of progress. */
export const saidOf = ({ err }: CliOutcome): string[] =>
  err.split('\n').filter((line) => line !== '' && !line.startsWith('setup: ') && !/: \d+ % /.test(line));
