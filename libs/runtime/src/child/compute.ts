import { parentPort, workerData } from 'node:worker_threads';
import { TaskError } from '@whisper-bot/task';
import type { ChildLine, ParentLine } from './protocol.js';

/** What a handler gets besides its parameters. */
export interface HandlerContext {
  /** Call with the done fraction, 0–1, as often as it likes: a few a second go out. */
  progress(fraction: number): void;
  /** Call between blocking steps: throws once the parent has cancelled. */
  throwIfCancelled(): void;
  /** For asynchronous handlers; a handler that blocks never sees it abort. */
  signal: AbortSignal;
}

/** Parameters come as the parent sent them: parse them. */
export type Handlers = Record<string, (params: unknown, context: HandlerContext) => unknown>;

export type FromCompute = Exclude<ChildLine, { beat: true }>;

const progressIntervalMs = 250;

/** Answers, in the worker thread, what the main thread passes on. */
export const serveCompute = async (load: () => Handlers | Promise<Handlers>): Promise<void> => {
  const port = parentPort;
  if (port === null) throw new Error('serveCompute runs in a worker thread');
  const { cancelled } = workerData as { cancelled: Int32Array };
  const send = (message: FromCompute) => port.postMessage(message);
  const running = new Map<number, AbortController>();
  const handlers = await load();

  const contextOf = (id: number, signal: AbortSignal): HandlerContext => {
    let sentAt = Number.NEGATIVE_INFINITY;
    return {
      signal,
      progress(fraction) {
        const now = performance.now();
        if (now - sentAt < progressIntervalMs && fraction < 1) return;
        sentAt = now;
        send({ id, progress: fraction });
      },
      // The flag is shared memory: a thread that blocks reads no messages.
      throwIfCancelled() {
        if (Atomics.load(cancelled, 0) === id) throw new TaskError('cancelled', 'Cancelled.');
      },
    };
  };

  const answer = async (id: number, method: string, params: unknown): Promise<FromCompute> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
      if (handler === undefined) throw new TaskError('internal', `No method ${method}.`);
      const result = await handler(params, contextOf(id, controller.signal));
      return { id, result: result ?? null };
    } catch (error) {
      return { id, error: describe(error) };
    } finally {
      running.delete(id);
    }
  };

  port.on('message', (line: ParentLine) => {
    if ('cancel' in line) running.get(line.id)?.abort(new TaskError('cancelled', 'Cancelled.'));
    else void answer(line.id, line.method, line.params).then(send);
  });
  send({ ready: {} });
};

const describe = (error: unknown) => {
  if (error instanceof TaskError)
    return { code: error.code, message: error.message, ...(error.cause ? { cause: String(error.cause) } : {}) };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal' as const, message: 'The speech engine failed.', cause: stack };
};
