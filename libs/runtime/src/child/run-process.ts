import { spawn } from 'node:child_process';
import { type Confinement, confined } from './confine.js';
import { bareEnvironment } from './environment.js';
import { commandNotFound } from './parent-death.js';
import { createTail } from './tail.js';

export interface RunProcessOptions extends Confinement {
  command: string;
  args: readonly string[];
  /** Aborting kills the process (SIGKILL); the promise then rejects with the signal's reason. */
  signal: AbortSignal;
  cwd?: string;
  /** Default: what any program needs of this process's own, see `bareEnvironment`. */
  env?: NodeJS.ProcessEnv;
  /** Given every piece of stdout; without it stdout is thrown away. */
  onStdout?: (chunk: Buffer) => void;
  /** Given every piece of stderr as well as the kept end. */
  onStderr?: (chunk: Buffer) => void;
  /** Open file descriptors that the process finds as 3, 4, …: files whose names it need not know. */
  openFiles?: readonly number[];
  /** How much of the end of stderr is kept, bytes; default 16 KiB. */
  stderrTailBytes?: number;
}

export interface ProcessOutcome {
  /** Null where a signal ended it. */
  exitCode: number | null;
  killedBy: NodeJS.Signals | null;
  /** The last of stderr, trimmed. */
  stderr: string;
  /** The command does not exist or may not be executed. */
  notFound: boolean;
}

/**
 * Runs a command to its end: argument list, no shell, no stdin, killed with this process. Resolves whatever the exit
 * code; rejects only when aborted or when the system cannot start a process at all.
 */
export const runProcess = (options: RunProcessOptions): Promise<ProcessOutcome> => {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const { command, args } = confined(options.command, options.args, options);
    const child = spawn(command, args, {
      stdio: ['ignore', options.onStdout ? 'pipe' : 'ignore', 'pipe', ...(options.openFiles ?? [])],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? bareEnvironment(),
    });
    const tail = createTail(options.stderrTailBytes ?? 16 * 1024);
    const kill = () => child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => options.onStdout?.(chunk));
    child.stderr?.on('data', (chunk: Buffer) => {
      tail.add(chunk);
      options.onStderr?.(chunk);
    });

    child.once('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', kill);
      if (error.code !== 'ENOENT' && error.code !== 'EACCES') return reject(error);
      resolve({ exitCode: commandNotFound, killedBy: null, stderr: String(error), notFound: true });
    });
    child.once('close', (exitCode, killedBy) => {
      signal.removeEventListener('abort', kill);
      if (signal.aborted) return reject(signal.reason);
      const stderr = tail.text();
      const notFound =
        exitCode === commandNotFound || (exitCode === 126 && /^(?:setpriv|prlimit|unshare):/.test(stderr));
      resolve({ exitCode, killedBy, stderr, notFound });
    });
  });
};
