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
} from './catalogue.js';
import { jobOptions } from './connection.js';
import type { PipelineContext } from './context.js';
import { fromReason, keptFailure, reasonOf } from './failure.js';
import { finish, liveKey, readLive } from './live.js';
import { recordChange } from './state-change.js';

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
 * Reports a job that has failed for good: a letter in `dead`, a failure delivery to the channel, the task's end in the
 * record. Every step can be done twice: it is called when the job fails and again by the sweep, should that process have died.
 */
export const reportDeath = async (context: PipelineContext, queue: QueueName, job: Job): Promise<void> => {
  const { connection } = context;
  const parsed = ofTaskSchema.safeParse(job.data);
  // A job whose payload is not even a task's has nobody to tell; it stays in its failed set.
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
  await bury(context, {
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
  // A failure that could not be told stays a dead letter; telling that it could not be told would go the same way.
  if ((job.data as { kind?: unknown }).kind === 'failure') return;
  const { stack: _stack, ...told } = failure;
  const ending = { taskId, revision, part, at, failure: { ...told, stage } };
  if (stage === 'diarize') {
    await finish(connection, { ...ending, state: 'degraded' });
    return;
  }
  if (stage !== 'deliver') await tellFailure(context, { taskId, revision, stage, failure });
  await recordChange(
    context,
    { taskId, state: 'failed', at, cause: reasonOf(failure), code: failure.code },
    `${part}-r${revision}-${at}`,
  );
  await finish(connection, { ...ending, state: 'failed' });
};

/** Lays a letter into `dead`; one of an earlier death of the same job makes room. */
const bury = async (context: PipelineContext, letter: Payload<'dead'>): Promise<void> => {
  const dead = context.connection.queue('dead');
  const known = await dead.getJob(letter.jobId);
  if (known !== undefined) {
    if (known.data.failedAt === letter.failedAt) return;
    await known.remove().catch(() => undefined);
  }
  await dead.add(letter.stage, letter, { ...jobOptions('dead', context.connection.options), jobId: letter.jobId });
};

const tellFailure = async (
  context: PipelineContext,
  told: { taskId: TaskId; revision: number; stage: Stage; failure: Failure },
): Promise<void> => {
  // Redis may have been emptied since it was accepted: the folder knows it as well.
  const task =
    (await liveTask(context, told.taskId)) ??
    (await context.tasks.get(told.taskId, told.revision).catch(() => null))?.task ??
    null;
  if (task === null) {
    context.log.error({ task_id: told.taskId }, 'a failure has nobody to be told to: the task is unknown');
    return;
  }
  const queue: DeliverQueue = `deliver-${task.channel}`;
  await context.connection.queue(queue).add(
    'failure',
    { v: 1, kind: 'failure', task, ...told },
    // Named by revision: a second failure after a retry is not told again.
    { ...jobOptions(queue, context.connection.options), jobId: jobId(told.taskId, 'failure', told.revision) },
  );
};

/** The task as the live state holds it. */
const liveTask = async (context: PipelineContext, id: TaskId): Promise<Task | null> => {
  const text = await context.connection.patient.hget(liveKey(context.connection, id), 'task');
  const parsed = text === null ? null : taskSchema.safeParse(JSON.parse(text));
  return parsed?.success ? parsed.data : null;
};

/** Takes the letter of a job that runs again out of `dead`. */
export const exhume = async (context: PipelineContext, id: string): Promise<void> => {
  const letter = await context.connection.queue('dead').getJob(id);
  // A letter being retried right now is active: it completes and is removed by itself.
  if (letter !== undefined && (await letter.isFailed())) await letter.remove().catch(() => undefined);
};
