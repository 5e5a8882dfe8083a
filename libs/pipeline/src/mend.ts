import type { Job } from 'bullmq';
import { deliverQueues, queueNames, workQueues } from './catalogue.js';
import type { PipelineContext } from './context.js';
import { exhume, reportDeath } from './death.js';

/** Newest failed jobs looked at per queue: older ones have been looked at before. */
const looked = 200;
/** Milliseconds a delay may be further away than it was meant to: more comes from a clock that was set back. */
const slack = 30_000;

/**
 * Mends what a process that died half way, or a clock that jumped, has left: failures nobody reported, letters whose job
 * runs again, delays that would last an hour. Any number of workers may do it at once, as often as they like.
 */
export const mend = async (context: PipelineContext): Promise<void> => {
  for (const name of [...workQueues, ...deliverQueues]) {
    const queue = context.connection.queue(name);
    for (const job of await queue.getJobs(['failed'], 0, looked - 1, false)) {
      // The job may have been retried since the list was read.
      if (job?.finishedOn != null && (await job.isFailed())) await reportDeath(context, name, job);
    }
  }
  for (const name of [...workQueues, ...deliverQueues, 'webhook'] as const) {
    for (const job of await context.connection.queue(name).getJobs(['delayed'], 0, looked - 1, false)) {
      if (job && job.timestamp !== undefined && (await isOverdue(context, name, job))) await job.promote();
    }
  }
  const dead = context.connection.queue('dead');
  for (const letter of await dead.getJobs(['failed'], 0, looked - 1, false)) {
    const name = queueNames.find((known) => known === letter?.data.queue);
    if (name === undefined) continue;
    const original = await context.connection.queue(name).getJob(letter.data.jobId);
    if (original !== undefined && !(await original.isFailed())) await exhume(context, letter.id ?? '');
  }
};

/** BullMQ keeps the due time (milliseconds × 4096 + counter) as the score, and with the job how long it was to wait. */
const isOverdue = async (context: PipelineContext, queue: string, job: Job): Promise<boolean> => {
  const key = `${context.connection.options.prefix}:${queue}:delayed`;
  const score = await context.connection.patient.zscore(key, job.id ?? '');
  return score !== null && Number(score) / 4096 - Date.now() > job.delay + slack;
};
