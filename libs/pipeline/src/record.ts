import type { PipelineContext } from './context.js';
import type { StateChange } from './contract.js';
import { type Served, serveQueue } from './serve.js';

/** Milliseconds between two attempts to record; doubles up to the second. */
const pause = { first: 200, longest: 10_000 };

/**
 * Works the queue `record`, one change at a time. A handler that throws is called again in place: the changes behind
 * it wait, because a task's changes must be told in their order.
 */
export const serveChanges = (context: PipelineContext, handler: (change: StateChange) => Promise<void>): Served =>
  serveQueue(context, 'record', async (_job, { change }, { signal }) => {
    const { cause, code, ...rest } = change;
    const told: StateChange = {
      ...rest,
      ...(cause === undefined ? {} : { cause }),
      ...(code === undefined ? {} : { code }),
    };
    for (let wait = pause.first; ; wait = Math.min(2 * wait, pause.longest)) {
      try {
        await handler(told);
        return;
      } catch (error) {
        context.log.warn({ task_id: change.taskId, err: error }, 'a change of state is not recorded yet');
        await waited(wait, signal);
      }
    }
  });

const waited = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
