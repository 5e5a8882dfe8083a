import type { TaskState } from '@whisper-bot/task';
import type { Job } from 'bullmq';
import type { PipelineContext } from '../context.js';
import { type Running, report } from '../state/task-state.js';

/** Milliseconds between two reports of one job; each also asks whether the task was cancelled. */
const reportInterval = 500;
const heartbeat = 5000;

/** Sends the latest fraction at most twice a second, and every few seconds in any case. */
export const createReporter = (
  context: PipelineContext,
  running: Running,
  job: Job,
  onState: (state: TaskState | 'gone') => void,
) => {
  let fraction = 0;
  let sent = performance.now();
  let busy = false;
  const send = (): void => {
    if (busy) return;
    busy = true;
    sent = performance.now();
    const percent = Math.round(100 * fraction);
    const answered = Promise.all([
      report(context.connection, running, { fraction, state: '', starting: false }),
      job.updateProgress(percent),
    ]);
    answered
      .then(([answer]) => onState(answer.state))
      .catch((error: unknown) => context.log.warn({ task_id: running.taskId, err: error }, 'progress report failed'))
      .finally(() => {
        busy = false;
      });
  };
  const timer = setInterval(send, heartbeat);
  return {
    report: (value: number): void => {
      fraction = Math.max(fraction, Math.min(1, value));
      if (performance.now() - sent >= reportInterval) send();
    },
    stop: (): void => clearInterval(timer),
  };
};

/** For what may be lost: an error is logged and goes no further. */
export const quietly = (context: PipelineContext, promise: Promise<unknown>): void => {
  promise.catch((error: unknown) => context.log.warn({ err: error }, 'job note lost'));
};
