import { type Stage, type Task, type TaskId, taskSchema } from '@whisper-bot/task';
import type { Job } from 'bullmq';
import {
  type DeliverQueue,
  type Failure,
  jobId,
  ofTaskSchema,
  type Part,
  type Payload,
  type QueueName,
} from '../catalogue.js';
import type { PipelineContext } from '../context.js';
import type { DeadLetter } from '../contract.js';
import { jobOptions, unreachable } from '../redis/connection.js';
import { fromReason, keptFailure, reasonOf } from '../state/failure.js';
import { recordChange } from '../state/state-change.js';
import { finish, liveKey, readLive } from '../state/task-state.js';

/** Stage and part of a job in any of the task queues. */
export const partOf = (queue: QueueName, data: { chunk?: unknown }): { stage: Stage; part: Part } => {
  switch (queue) {
    case 'prepare':
    case 'diarize':
    case 'merge':
      return { stage: queue, part: queue };
    case 'transcribe':
      return { stage: queue, part: `transcribe-${Number(data.chunk)}` };
    default:
      return { stage: 'deliver', part: 'deliver' };
  }
};

/**
 * Reports a job that has failed for good: a dead letter, a failure delivery to the channel, the task's end in the
 * record. Every step can be done twice: it is called when the job fails and again by the sweep, should that process have died.
 */
export const reportFailure = async (context: PipelineContext, queue: QueueName, job: Job): Promise<void> => {
  const { connection } = context;
  const parsed = ofTaskSchema.safeParse(job.data);
  // A job without a valid payload has no recipient; it stays in its failed set.
  if (!parsed.success) return;
  const { taskId, revision } = parsed.data;
  const { stage, part } = partOf(queue, job.data as { chunk?: unknown });
  const live = await readLive(connection, taskId);
  if (live?.state === 'cancelled') {
    await job.remove().catch(() => undefined);
    return;
  }
  const failure = (await keptFailure(connection, taskId, part)) ?? fromReason(job.failedReason ?? '');
  const at = job.finishedOn ?? Date.now();
  await addDeadLetter(context, {
    v: 1,
    taskId,
    revision,
    queue,
    jobId: job.id ?? '',
    stage,
    failure,
    attempts: job.attemptsMade,
    failedAt: at,
  });
  // A failure notice that could not be delivered stays a dead letter; a notice about that would fail the same way.
  if ((job.data as { kind?: unknown }).kind === 'failure') return;
  const { stack: _stack, ...reported } = failure;
  const ending = { taskId, revision, part, at, failure: { ...reported, stage } };
  if (stage === 'diarize') {
    await finish(connection, { ...ending, state: 'degraded' });
    return;
  }
  if (stage !== 'deliver') await deliverFailure(context, { taskId, revision, stage, failure });
  await recordChange(
    context,
    { taskId, state: 'failed', at, cause: reasonOf(failure), code: failure.code, stage },
    `${part}-r${revision}-${at}`,
  );
  await finish(connection, { ...ending, state: 'failed' });
};

/**
 * Lays the dead letter of a failed task again whose own Redis has lost; its retry begins with what the folder has. The sender is
 * notified where that was still to be done.
 */
export const restoreDeadLetter = async (
  context: PipelineContext,
  { task, revision, stage, failure, at, unreported }: RestoredFailure,
): Promise<void> => {
  const taskId = task.id;
  await addDeadLetter(context, {
    v: 1,
    taskId,
    revision,
    queue: 'prepare',
    jobId: jobId(taskId, 'prepare', revision),
    stage,
    failure,
    attempts: 0,
    failedAt: at,
  });
  if (unreported) await deliverFailure(context, { taskId, revision, stage, failure });
};

/** A failure as the record has it. */
export interface RestoredFailure {
  task: Task;
  revision: number;
  stage: Stage;
  failure: Failure;
  /** Unix milliseconds. */
  at: number;
  unreported: boolean;
}

/** Adds a dead letter, replacing one of an earlier failure of the same job. */
const addDeadLetter = async (context: PipelineContext, deadLetter: Payload<'dead'>): Promise<void> => {
  const dead = context.connection.queue('dead');
  const known = await dead.getJob(deadLetter.jobId);
  if (known !== undefined) {
    if (known.data.failedAt === deadLetter.failedAt) return;
    await known.remove().catch(() => undefined);
  }
  await dead.add(deadLetter.stage, deadLetter, {
    ...jobOptions('dead', context.connection.options),
    jobId: deadLetter.jobId,
  });
};

const deliverFailure = async (
  context: PipelineContext,
  failed: { taskId: TaskId; revision: number; stage: Stage; failure: Failure },
): Promise<void> => {
  // Redis may have been emptied since it was accepted: the folder knows it as well.
  const task =
    (await liveTask(context, failed.taskId)) ??
    (await context.tasks.get(failed.taskId, failed.revision).catch(() => null))?.task ??
    null;
  if (task === null) {
    context.log.error({ task_id: failed.taskId }, 'failure not delivered: unknown task');
    return;
  }
  const queue: DeliverQueue = `deliver-${task.channel}`;
  await context.connection.queue(queue).add(
    'failure',
    { v: 1, kind: 'failure', task, ...failed },
    // Named by revision: a second failure after a retry is not reported again.
    { ...jobOptions(queue, context.connection.options), jobId: jobId(failed.taskId, 'failure', failed.revision) },
  );
};

/** The task as the live state holds it. */
const liveTask = async (context: PipelineContext, id: TaskId): Promise<Task | null> => {
  const text = await context.connection.blocking.hget(liveKey(context.connection, id), 'task');
  const parsed = text === null ? null : taskSchema.safeParse(JSON.parse(text));
  return parsed?.success ? parsed.data : null;
};

/** Removes the dead letter of a job that runs again. */
export const removeDeadLetter = async (context: PipelineContext, id: string): Promise<void> => {
  const deadLetter = await context.connection.queue('dead').getJob(id);
  // A dead letter that is being retried is active: it completes and removes itself.
  if (deadLetter !== undefined && (await deadLetter.isFailed())) await deadLetter.remove().catch(() => undefined);
};

/** All dead letters. Throws TaskError where Redis is away. */
export const listDeadLetters = async ({ connection }: PipelineContext): Promise<DeadLetter[]> => {
  try {
    const jobs = await connection.queue('dead', 'failFast').getJobs(['failed', 'wait', 'active'], 0, -1, false);
    return jobs.map(({ id = '', data }) => ({
      id,
      taskId: data.taskId,
      stage: data.stage,
      code: data.failure.code,
      cause: data.failure.cause || data.failure.message,
      attempts: data.attempts,
      stack: data.failure.stack,
      failedAt: data.failedAt,
    }));
  } catch (error) {
    throw unreachable(error);
  }
};
