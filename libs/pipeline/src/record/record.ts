import { TaskError } from '@whisper-bot/task';
import type { PipelineContext } from '../context.js';
import type { StateChange } from '../contract.js';
import { type Served, serveQueue } from '../queue/serve.js';

/** Milliseconds between two attempts to record; doubles up to the second. */
const pause = { first: 200, longest: 2000 };

/** Attempts at a change the record refuses for what is in it: another one ends the same way. */
const mostRefusals = 3;

/**
 * Works the queue `record`, one change at a time. A handler that throws is called again in place: the changes behind
 * it wait, because a task's changes must be recorded in their order. Where the change itself is at fault (TaskError that
 * another attempt cannot fix) it becomes a failed job of the queue after a few attempts, and the others go on.
 */
export const serveChanges = (context: PipelineContext, handler: (change: StateChange) => Promise<void>): Served =>
  serveQueue(context, 'record', async (_job, { change }, { signal }) => {
    const { cause, code, stage, ...rest } = change;
    const recorded: StateChange = {
      ...rest,
      ...(cause === undefined ? {} : { cause }),
      ...(code === undefined ? {} : { code }),
      ...(stage === undefined ? {} : { stage }),
    };
    let refusals = 0;
    for (let wait = pause.first; ; wait = Math.min(2 * wait, pause.longest)) {
      try {
        await handler(recorded);
        return;
      } catch (error) {
        if (error instanceof TaskError && !error.retryable) {
          refusals += 1;
          if (refusals === mostRefusals) {
            context.log.error(
              { task_id: change.taskId, state: change.state, err: error },
              'change refused by the record',
            );
            throw error;
          }
        }
        context.log.warn({ task_id: change.taskId, err: error }, 'recording a state change postponed');
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
