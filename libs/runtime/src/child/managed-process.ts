import { type ChildProcess, spawn } from 'node:child_process';
import { cleanText, TaskError } from '@whisper-bot/task';
import type { Logger } from 'pino';
import { deferred } from '../async/deferred.js';
import { type ChildLimits, confined } from './confine.js';
import { bareEnvironment } from './environment.js';
import { createLineSplitter } from './line-splitter.js';
import { allocatorTuning } from './memory-tuning.js';
import { commandNotFound } from './parent-death.js';
import { type ChildLine, childLineSchema, maxLineBytes, type ParentLine } from './protocol.js';
import { preferAsOomVictim } from './resource.js';
import { createTail } from './tail.js';
import { createWatchdog } from './watchdog.js';

export interface ChildOptions {
  /** For log lines and causes. */
  name: string;
  command: string;
  args: readonly string[];
  /** Default: what any program needs of this process's own, see `bareEnvironment`. */
  env?: NodeJS.ProcessEnv;
  /** Resident memory past which the child is killed (`engine-memory`). */
  memoryLimitBytes: number;
  /** What the kernel allows it besides; it writes no files. */
  limits?: ChildLimits;
  /** Silence past which the child is killed (`engine-hung`); a child beats every second. Default 15 s. */
  heartbeatTimeoutMs?: number;
  /** From the start of the process to its `ready` line, models loaded. Default 60 s. */
  startTimeoutMs?: number;
  /** How long it may take to let go of a call that is cancelled, before it is killed. Default 500 ms. */
  cancelGraceMs?: number;
  logger: Logger;
}

/** One child process, from its start to its end. */
export interface ManagedProcess {
  readonly pid: number | undefined;
  /** Resolves with what the `ready` line says of the child, rejects where it ends before that. */
  readonly ready: Promise<Record<string, unknown>>;
  /** Resolves with the reason once the process is gone. */
  readonly ended: Promise<TaskError>;
  isAlive(): boolean;
  send(line: ParentLine): void;
  /** Kills at once; `reason` is what `ended` resolves with. */
  kill(reason: TaskError): void;
  /** Closes stdin, which asks the child to exit. */
  hangUp(): void;
}

const crashMessage = 'The speech engine stopped unexpectedly.';

/** Starts the process under a watchdog. `onLine` gets every valid line except `ready` and `beat`. */
export const startManagedProcess = (options: ChildOptions, onLine: (line: ChildLine) => void): ManagedProcess => {
  const { name, logger } = options;
  const { command, args } = confined(options.command, options.args, { limits: { fileBytes: 0, ...options.limits } });
  const child: ChildProcess = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Explicit allocator settings win.
    env: { ...allocatorTuning, ...(options.env ?? bareEnvironment()) },
  });
  const tail = createTail(8 * 1024);
  let alive = true;
  let isReady = false;
  let killReason: TaskError | undefined;
  const ready = deferred<Record<string, unknown>>();
  const ended = deferred<TaskError>();
  // A child that dies while no call waits for it must not cause an unhandled rejection.
  ready.promise.catch(() => {});

  const kill = (reason: TaskError) => {
    killReason ??= reason;
    child.kill('SIGKILL');
  };

  const watchdog = createWatchdog({
    pid: child.pid,
    memoryLimitBytes: options.memoryLimitBytes,
    heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? 15_000,
    startTimeoutMs: options.startTimeoutMs ?? 60_000,
    kill,
  });
  if (child.pid !== undefined) void preferAsOomVictim(child.pid);

  const receive = (text: string) => {
    const line = parseLine(text);
    if (line === null) {
      // A broken line of the protocol may hold a transcript; libraries print plain text.
      const printed = text.trimStart().startsWith('{') ? {} : { line: text.slice(0, 200) };
      logger.warn({ child: name, pid: child.pid, length: text.length, ...printed }, 'unknown line from child');
      return;
    }
    watchdog.onOutput();
    if ('beat' in line) return;
    if ('ready' in line) {
      isReady = true;
      watchdog.ready();
      logger.debug({ child: name, pid: child.pid, ready: line.ready }, 'child ready');
      ready.resolve(line.ready);
    } else onLine(line);
  };

  child.stdout?.on(
    'data',
    createLineSplitter({
      maxBytes: maxLineBytes,
      onLine: receive,
      onTooLong: () => kill(new TaskError('engine-crashed', crashMessage, { cause: `${name} wrote an endless line` })),
    }),
  );
  child.stderr?.on('data', (chunk: Buffer) => tail.add(chunk));
  // Writing to a child that has just died: its end is reported by 'close'.
  child.stdin?.on('error', () => {});

  const finish = (reason: TaskError) => {
    if (!alive) return;
    alive = false;
    watchdog.stop();
    logger.debug({ child: name, pid: child.pid, code: reason.code, cause: reason.cause }, 'child ended');
    ready.reject(reason);
    ended.resolve(reason);
  };
  const missing = (detail: string) =>
    new TaskError('engine-missing', 'The speech engine is not installed.', { cause: `${name}: ${detail}` });
  child.once('error', (error) => {
    if (child.pid === undefined) finish(missing(error.message));
  });
  const onEnd = (exitCode: number | null, signal: NodeJS.Signals | null) => {
    if (killReason) return finish(killReason);
    const stderr = tail.text();
    if (exitCode === commandNotFound && !isReady) return finish(missing(stderr));
    const how = signal === null ? `exit code ${exitCode}` : signal;
    finish(
      new TaskError('engine-crashed', crashMessage, {
        cause: `${name} ended with ${how}: ${stderr}`,
        ...(signal === null ? {} : { params: { signal } }),
      }),
    );
  };
  child.once('close', onEnd);
  // A grandchild that holds the pipes open must not hide the end of the child.
  child.once('exit', (exitCode, signal) => setTimeout(onEnd, 1000, exitCode, signal).unref());

  return {
    pid: child.pid,
    ready: ready.promise,
    ended: ended.promise,
    isAlive: () => alive && killReason === undefined && child.exitCode === null && child.signalCode === null,
    send: (line) => void child.stdin?.write(`${textOf(line)}\n`),
    kill,
    hangUp: () => void child.stdin?.end(),
  };
};

/** JSON.stringify escapes halves of surrogate pairs, which readers of strict UTF-8 refuse together with the whole line. */
const textOf = (line: ParentLine): string => {
  const text = JSON.stringify(line);
  if (!text.includes('\\ud')) return text;
  return JSON.stringify(line, (_key, part: unknown) => (typeof part === 'string' ? cleanText(part) : part));
};

const parseLine = (text: string): ChildLine | null => {
  try {
    return childLineSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};
