import { whileUnavailable } from '@whisper-bot/runtime';
import type { Channel } from '@whisper-bot/task';
import { UnrecoverableError } from 'bullmq';
import { type DeliverQueue, type Payload, queueNames } from '../catalogue.js';
import { retryFromFolder } from '../command/retry.js';
import type { PipelineContext } from '../context.js';
import type { Delivery, DeliveryHandler } from '../contract.js';
import { reportFailure } from '../dead-letter/dead-letter.js';
import { type Served, type ServeOptions, serveQueue } from '../queue/serve.js';
import { runPart } from '../stage/stage.js';
import { observeTask } from '../state/event.js';
import { toJobError } from '../state/failure.js';
import { recordChange } from '../state/state-change.js';
import { finish } from '../state/task-state.js';

/** Works one channel's deliveries: results with the task's state around them, failures as they are. */
export const serveChannel = (
  context: PipelineContext,
  channel: Channel,
  handler: DeliveryHandler,
  options: ServeOptions = {},
): Served => {
  const queue: DeliverQueue = `deliver-${channel}`;
  // While PostgreSQL is unavailable nothing can be delivered: waiting costs no attempt, or an outage of seconds would end in `dead`.
  const hand: DeliveryHandler = (delivery, call) =>
    whileUnavailable(() => handler(delivery, call), {
      signal: call.signal,
      onUnavailable: (error) =>
        context.log.warn(
          { task_id: delivery.task.id, channel, err: error },
          'delivery waits: a service is unavailable',
        ),
    });
  return serveQueue(
    context,
    queue,
    async (job, payload, run) => {
      if (payload.kind === 'failure') {
        const { code, message, params } = payload.failure;
        const { task, revision, stage } = payload;
        const delivery: Delivery = { kind: 'failure', task, revision, code, message, params, stage };
        await hand(delivery, { signal: run.signal, attempt: job.attemptsMade + 1 }).catch((error: unknown) => {
          throw toJobError(error);
        });
        return;
      }
      await runPart(context, { queue, job, payload, run, state: 'delivering' }, async (call) => {
        await hand({ kind: 'result', task: call.task, revision: payload.revision }, call);
        // In the record before the job is done: a crash between the two repeats the job, and the record knows its name.
        const at = Date.now();
        await Promise.all([
          recordChange(context, { taskId: payload.taskId, state: 'done', at }, `r${payload.revision}`),
          finish(context.connection, { ...payload, part: 'deliver', state: 'done', at }),
        ]);
        observeTask(context, 'delivered', { taskId: payload.taskId, task: call.task, stage: 'deliver' });
        if (!context.retention.keepSource) await call.folder.remove(call.task.source);
      });
    },
    { ...options, onDead: (job) => reportFailure(context, queue, job) },
  );
};

/**
 * Works the queue `dead`. A dead letter's first run fails with the cause, which puts it into the failed set, where
 * Bull Board shows and retries it; run again, it retries the job that died and is gone.
 */
export const serveDead = (context: PipelineContext, options: ServeOptions = {}): Served =>
  serveQueue(
    context,
    'dead',
    async (job, deadLetter) => {
      // Counts failed runs, not starts: a worker that died while adding a dead letter must not retry it.
      if (job.attemptsMade === 0) {
        const error = new UnrecoverableError(
          `${deadLetter.failure.code}: ${deadLetter.failure.cause || deadLetter.failure.message}`,
        );
        error.stack = deadLetter.failure.stack;
        throw error;
      }
      await retryDeadLetter(context, deadLetter);
    },
    options,
  );

/** Puts the job that died back into its queue; nothing to do where that has already been done. */
const retryDeadLetter = async (context: PipelineContext, deadLetter: Payload<'dead'>): Promise<void> => {
  const name = queueNames.find((known) => known === deadLetter.queue);
  const original = name === undefined ? undefined : await context.connection.queue(name).getJob(deadLetter.jobId);
  if (original === undefined) {
    if (await retryFromFolder(context, deadLetter.taskId)) return;
    throw new UnrecoverableError('The failed job is no longer kept; send the recording again.');
  }
  if (await original.isFailed()) await original.retry('failed', { resetAttemptsMade: true });
};
