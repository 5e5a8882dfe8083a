import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rename, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { readMachine } from '@whisper-bot/config';

const { repository } = readMachine();

/** The whole product as `./whisper-bot up` starts it. */
export interface Product {
  dashboardUrl: string;
  /** The one-time link for the first administrator. */
  setupUrl: string;
  stop(): Promise<void>;
}

/** Runs `whisper-bot up` in a home of its own; rejects with what it said where it does not come up. */
export const startProduct = async (home: string, env: Record<string, string>): Promise<Product> => {
  const child = spawn(join(repository, 'whisper-bot'), ['up', '--json'], {
    cwd: home,
    env: { ...process.env, ...env, WHISPER_BOT_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const { dashboardUrl } = JSON.parse(await firstLine(child, () => said)) as { dashboardUrl: string };
  const setupUrl = /works once\): (\S+)/.exec(said)?.[1];
  if (setupUrl === undefined) throw new Error(`no link for the first administrator: ${said}`);
  return {
    dashboardUrl,
    setupUrl,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
};

const firstLine = (child: ChildProcess, said: () => string): Promise<string> =>
  new Promise((resolve, reject) => {
    let out = '';
    child.stdout?.on('data', (chunk) => {
      out += chunk;
      if (out.includes('\n')) resolve(out);
    });
    child.once('close', (code) => reject(new Error(`whisper-bot up ended with ${code}: ${said()}`)));
  });

/** A program in the place of the real one, which can be broken and fixed while others use it. */
export interface Breakable {
  /** From now on it crashes whenever it is started. */
  break(): Promise<void>;
  restore(): Promise<void>;
}

/** Puts a working stand-in for `program`, a name on the PATH or a path, to `place`. */
export const breakable = async (place: string, program: string): Promise<Breakable> => {
  const real = program.includes('/')
    ? program
    : (process.env.PATH ?? '')
        .split(delimiter)
        .map((folder) => join(folder, program))
        .find(existsSync);
  if (real === undefined) throw new Error(`there is no ${program} on the PATH`);
  const crashing = `${place}.crashing`;
  await writeFile(crashing, `#!${process.execPath}\nprocess.kill(process.pid, 'SIGSEGV');\n`, { mode: 0o755 });
  const pointTo = async (target: string): Promise<void> => {
    await symlink(target, `${place}.next`);
    await rename(`${place}.next`, place);
  };
  await pointTo(real);
  return { break: () => pointTo(crashing), restore: () => pointTo(real) };
};
