import { TaskError } from '@whisper-bot/task';
import { deferred } from '../async/deferred.js';
import { createMutex } from '../async/mutex.js';
import { untilAborted } from '../async/until-aborted.js';
import { type ChildOptions, type ManagedProcess, startManagedProcess } from './managed-process.js';
import type { ChildLine } from './protocol.js';

export interface ChildCallOptions {
  /** Aborting cancels the call; it rejects with the signal's reason once the child has let go or is dead. */
  signal: AbortSignal;
  /** Past it the child is killed and the call rejects with `time-limit`, milliseconds. Waiting in line does not count. */
  timeLimitMs: number;
  onProgress?: (fraction: number) => void;
  /**
   * Called with each part of the answer that the child sends ahead of the result, in order, none after the end of the call or an
   * abort. Unvalidated: parse them. Must not throw.
   */
  onPart?: (part: unknown) => void;
}

export interface Child {
  /**
   * Runs one method in the child, starting it where it is not alive; calls wait for each other. The result is unvalidated:
   * parse it. Throws TaskError `engine-crashed`, `engine-hung`, `engine-memory`, `engine-missing`,
   * `time-limit`, or what the child answered.
   */
  call(method: string, params: unknown, options: ChildCallOptions): Promise<unknown>;
  /** Starts the child ahead of its first call; returns the content of its `ready` line. */
  warmUp(): Promise<Record<string, unknown>>;
  /** Ends the child; a call under way rejects with `engine-crashed`. */
  close(): Promise<void>;
  /** Of the running process. */
  readonly pid: number | undefined;
}

type Answer = Extract<ChildLine, { result: unknown } | { error: unknown }>;

/** Hosts an engine process: started when needed, kept warm, and a failure costs no more than one call. */
export const createChild = (options: ChildOptions): Child => {
  const mutex = createMutex();
  let managed: ManagedProcess | undefined;
  let closed = false;
  let nextId = 1;
  let current:
    | {
        id: number;
        onProgress: (fraction: number) => void;
        onPart: (part: unknown) => void;
        onAnswer: (line: Answer) => void;
      }
    | undefined;

  const onLine = (line: ChildLine) => {
    if (!('id' in line) || current === undefined) return;
    // One call at a time: an unreadable line was from this one.
    const isUnread = line.id === 0 && 'error' in line;
    if (line.id !== current.id && !isUnread) return;
    if ('progress' in line) current.onProgress(Math.min(1, Math.max(0, line.progress)));
    else if ('part' in line) current.onPart(line.part);
    else current.onAnswer(line);
  };

  const alive = async (): Promise<ManagedProcess> => {
    if (closed) throw new TaskError('engine-crashed', 'The speech engine was shut down.');
    if (!managed?.isAlive()) managed = startManagedProcess(options, onLine);
    const started = managed;
    await started.ready;
    return started;
  };

  const run = async (method: string, params: unknown, callOptions: ChildCallOptions) => {
    const { signal, timeLimitMs, onProgress, onPart } = callOptions;
    const child = await untilAborted(alive(), signal);
    const id = nextId++;
    const answer = deferred<Answer>();
    current = {
      id,
      onAnswer: answer.resolve,
      onProgress: (fraction) => signal.aborted || onProgress?.(fraction),
      onPart: (part) => signal.aborted || onPart?.(part),
    };

    let grace: NodeJS.Timeout | undefined;
    const cancel = () => {
      child.send({ id, cancel: true });
      grace = setTimeout(() => child.kill(new TaskError('cancelled', 'Cancelled.')), options.cancelGraceMs ?? 500);
    };
    const limit = setTimeout(() => {
      const cause = `${options.name} ${method}: over ${timeLimitMs} ms`;
      child.kill(new TaskError('time-limit', 'This took longer than it may and was stopped.', { cause }));
    }, timeLimitMs);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      child.send({ id, method, params });
      const outcome = await Promise.race([answer.promise, child.ended]);
      signal.throwIfAborted();
      if (outcome instanceof TaskError) throw outcome;
      if ('error' in outcome) {
        const { code, message, cause } = outcome.error;
        throw new TaskError(code, message, { cause });
      }
      return outcome.result;
    } finally {
      signal.removeEventListener('abort', cancel);
      clearTimeout(limit);
      clearTimeout(grace);
      current = undefined;
    }
  };

  return {
    call: (method, params, callOptions) =>
      mutex.runExclusive(callOptions.signal, () => run(method, params, callOptions)),
    warmUp: async () => (await alive()).ready,
    async close() {
      closed = true;
      const child = managed;
      if (child === undefined) return;
      child.hangUp();
      const grace = setTimeout(
        () => child.kill(new TaskError('engine-crashed', 'The speech engine was shut down.')),
        500,
      );
      await child.ended;
      clearTimeout(grace);
    },
    get pid() {
      return managed?.isAlive() ? managed.pid : undefined;
    },
  };
};
