import type { Stage, TaskId } from '@whisper-bot/task';
import type { QueueName } from '../catalogue.js';
import type { PipelineContext } from '../context.js';
import { partOf } from '../dead-letter/dead-letter.js';
import { unreachable } from '../redis/connection.js';
import { jobsOf } from './command.js';

/** One job of a task as the queue keeps it, for operators. Times are Unix milliseconds. */
export interface TaskJob {
  queue: QueueName;
  id: string;
  stage: Stage;
  /** `transcribe-3`, `merge`, … */
  part: string;
  /** BullMQ's word: `waiting`, `active`, `completed`, `failed`, … */
  state: string;
  attempts: number;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  worker: string | null;
  failure: string | null;
  /** What the stage wrote, oldest first. */
  logs: string[];
}

/** The jobs of a task's current revision that the queues still keep, first stages first. */
export const listJobs = async (context: PipelineContext, id: TaskId): Promise<TaskJob[]> => {
  try {
    const places = (await jobsOf(context, id)).reverse();
    const jobs = await Promise.all(
      places.map(async ({ queue: name, job: jobName }): Promise<TaskJob | null> => {
        const queue = context.connection.queue(name, 'failFast');
        const job = await queue.getJob(jobName);
        if (job === undefined) return null;
        const [state, { logs }] = await Promise.all([job.getState(), queue.getJobLogs(jobName, 0, 199)]);
        return {
          queue: name,
          id: jobName,
          ...partOf(name, job.data as { chunk?: unknown }),
          state,
          attempts: job.attemptsMade,
          queuedAt: job.timestamp,
          startedAt: job.processedOn ?? null,
          endedAt: job.finishedOn ?? null,
          worker: job.processedBy ?? null,
          failure: job.failedReason || null,
          logs,
        };
      }),
    );
    return jobs.filter((job) => job !== null);
  } catch (error) {
    throw unreachable(error);
  }
};
