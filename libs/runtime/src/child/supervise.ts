import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { deferred } from '../async/deferred.js';
import { type Announcement, exitNeedsOperator } from '../lifecycle/announce.js';
import { endProcess } from './end-process.js';
import { withParentDeathSignal } from './parent-death.js';

export interface SupervisedOptions {
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** File that takes what it writes, appended. */
  log: string;
  /** Written to its standard input, which is then closed. */
  input?: string;
  /** Says when a newly started process does its work; default: its announcement over IPC. */
  untilReady?: (child: ChildProcess) => Promise<void>;
  onRestart?: (why: string, delayMs: number) => void;
}

/** How a part's first start went: it works, or it ended for a reason that another start would not change. */
export type FirstStart = { kind: 'ready'; announcement: Announcement } | { kind: 'ended'; code: number | null };

/** A process that is started again whenever it dies, with growing pauses. */
export interface Supervised {
  readonly name: string;
  readonly pid: number | undefined;
  /** Resolves at the first readiness, or where it ended for good before. */
  readonly started: Promise<FirstStart>;
  /** SIGTERM, and SIGKILL after the grace time; resolves once it is gone. */
  stop(graceMs: number): Promise<void>;
}

/** Milliseconds before the second start; doubles up to the longest, and starts over after a run that worked for a while. */
const firstPause = 500;
const longestPause = 30_000;
const healthyRun = 10_000;

/** Starts a part and keeps it running until it is stopped. Exit code 0 or 78 means: leave it ended. */
export const supervise = (options: SupervisedOptions): Supervised => {
  const started = deferred<FirstStart>();
  const ended = deferred<void>();
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  let pause = firstPause;

  const start = (): void => {
    let since: number | null = null;
    const running = launch(options);
    child = running;
    untilReady(running, options).then(
      (announcement) => {
        since = performance.now();
        started.resolve({ kind: 'ready', announcement });
      },
      () => {},
    );
    running.once('close', (code, signal) => {
      if (stopping) {
        ended.resolve();
        return;
      }
      if (code === 0 || code === exitNeedsOperator) {
        started.resolve({ kind: 'ended', code });
        ended.resolve();
        return;
      }
      if (since !== null && performance.now() - since > healthyRun) pause = firstPause;
      options.onRestart?.(signal ?? `exit code ${code}`, pause);
      timer = setTimeout(start, pause);
      pause = Math.min(longestPause, pause * 2);
    });
  };
  start();

  return {
    name: options.name,
    get pid() {
      return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
    },
    started: started.promise,
    stop: async (graceMs) => {
      stopping = true;
      clearTimeout(timer);
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      await endProcess(child, [['SIGTERM', graceMs]]);
      await ended.promise;
    },
  };
};

const launch = ({ command, args, env, log, input, untilReady: probe }: SupervisedOptions): ChildProcess => {
  const file = openSync(log, 'a', 0o600);
  const bound = withParentDeathSignal(command, args);
  const child = spawn(bound.command, bound.args, {
    stdio: [input === undefined ? 'ignore' : 'pipe', file, file, ...(probe === undefined ? ['ipc' as const] : [])],
    // A group of its own: Ctrl-C reaches the supervisor alone, which then stops its parts in order.
    detached: true,
    ...(env === undefined ? {} : { env }),
  });
  closeSync(file);
  child.on('error', () => {});
  child.stdin?.on('error', () => {}).end(input);
  return child;
};

const untilReady = async (child: ChildProcess, { untilReady: probe }: SupervisedOptions): Promise<Announcement> => {
  if (probe !== undefined) {
    await probe(child);
    return { ready: true };
  }
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as Announcement));
  });
};
