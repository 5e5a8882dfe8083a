import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A step that could not be done: `message` is one sentence for the person at the terminal. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {string} [log] path of the full output
   */
  constructor(message, log) {
    super(message);
    this.log = log;
  }
}

/**
 * Runs one program to its end with all its output in a log file. Throws SetupError where it does not end well, and the
 * signal's reason where it is aborted (the program is asked to stop first).
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} options
 * @param {string} options.log path of the log file, replaced
 * @param {string} options.what said of a failure, e.g. `Installing the Node packages`
 * @param {AbortSignal} options.signal
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {readonly number[]} [options.accepts] exit codes that are no failure; default 0 alone
 * @returns {Promise<number>} the exit code
 */
export const runLogged = async (command, args, { log, what, signal, cwd, env, accepts = [0] }) => {
  await mkdir(dirname(log), { recursive: true });
  // An abort that came meanwhile sends no event any more.
  signal.throwIfAborted();
  const file = createWriteStream(log);
  /** @type {number | string | null} */
  const outcome = await new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        file.write(chunk);
      });
    }
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      resolve(code ?? killedBy);
    });
  });
  await new Promise((resolve) => file.end(resolve));
  signal.throwIfAborted();
  if (typeof outcome === 'number' && accepts.includes(outcome)) return outcome;
  const how = typeof outcome === 'number' ? `exit code ${outcome}` : outcome;
  throw new SetupError(`${what} failed (${command}: ${how}).`, log);
};

/**
 * The last lines of a log, for a person.
 * @param {string} log
 * @param {number} [lines]
 * @returns {Promise<string>}
 */
export const tailOf = async (log, lines = 12) => {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map((line) => `  | ${line}`)
    .join('\n');
};
