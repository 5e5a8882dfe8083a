import type { Job } from 'bullmq';
import { deliverQueues, queueNames, workQueues } from '../catalogue.js';
import type { PipelineContext } from '../context.js';
import { removeDeadLetter, reportFailure } from '../dead-letter/dead-letter.js';

/** Newest failed jobs inspected per queue: older ones have been inspected before. */
const looked = 200;
/** Milliseconds by which a delay may exceed the intended one: more comes from a clock that was set back. */
const slack = 30_000;

/**
 * Repairs what a killed process or a clock that jumped has left: unreported failures, dead letters whose job runs again,
 * delays that would last an hour. Idempotent; any number of workers may run it at once.
 */
export const rescue = async (context: PipelineContext): Promise<void> => {
  for (const name of [...workQueues, ...deliverQueues]) {
    const queue = context.connection.queue(name);
    for (const job of await queue.getJobs(['failed'], 0, looked - 1, false)) {
      // The job may have been retried since the list was read.
      if (job?.finishedOn != null && (await job.isFailed())) await reportFailure(context, name, job);
    }
  }
  for (const name of [...workQueues, ...deliverQueues, 'webhook'] as const) {
    for (const job of await context.connection.queue(name).getJobs(['delayed'], 0, looked - 1, false)) {
      if (job && job.timestamp !== undefined && (await isOverdue(context, name, job))) await job.promote();
    }
  }
  const dead = context.connection.queue('dead');
  for (const deadLetter of await dead.getJobs(['failed'], 0, looked - 1, false)) {
    const name = queueNames.find((known) => known === deadLetter?.data.queue);
    if (name === undefined) continue;
    const original = await context.connection.queue(name).getJob(deadLetter.data.jobId);
    if (original !== undefined && !(await original.isFailed())) await removeDeadLetter(context, deadLetter.id ?? '');
  }
};

/** BullMQ keeps the due time (milliseconds × 4096 + counter) as the score, and with the job how long it was to wait. */
const isOverdue = async (context: PipelineContext, queue: string, job: Job): Promise<boolean> => {
  const key = `${context.connection.options.prefix}:${queue}:delayed`;
  const score = await context.connection.blocking.zscore(key, job.id ?? '');
  return score !== null && Number(score) / 4096 - Date.now() > job.delay + slack;
};
