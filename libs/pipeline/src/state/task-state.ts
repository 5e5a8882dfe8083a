import {
  isFinal,
  type Stage,
  stages,
  type Task,
  type TaskId,
  type TaskState,
  taskIdSchema,
  taskStateSchema,
} from '@whisper-bot/task';
import { z } from 'zod';
import { reservationKey } from '../accept/reservation.js';
import { failureSchema, jobId, type Part, type QueueName, type WorkQueue } from '../catalogue.js';
import type { TaskFailure, TaskProgress } from '../contract.js';
import type { Connection } from '../redis/connection.js';

/** Seconds a task's live state outlasts its last change. */
const liveTtl = 7 * 24 * 3600;

export const liveKey = (connection: Connection, id: TaskId): string => `${connection.options.prefix}:task:${id}`;
const channelOf = (connection: Connection, id: TaskId | '*'): string => `${connection.options.prefix}:progress:${id}`;
export const cancelChannel = (connection: Connection): string => `${connection.options.prefix}:cancel`;
/** Where BullMQ keeps a job. */
export const jobKey = (connection: Connection, queue: QueueName, job: string): string =>
  `${connection.options.prefix}:${queue}:${job}`;
const waitingKey = (connection: Connection, queue: WorkQueue): string =>
  `${connection.options.prefix}:${queue}:prioritized`;
/** Clock of fair queuing; only the queues of stages have one. */
export const clockKey = (connection: Connection, queue: Stage | QueueName): string =>
  `${connection.options.prefix}:clock:${queue}`;

/** One running job's place in its task. */
export interface Running {
  taskId: TaskId;
  revision: number;
  part: Part;
  stage: Stage;
  /** The job's fair-queuing tag, 0 for none. */
  tag: number;
  /** The job's own key, see {@link jobKey}. */
  job: string;
}

/** BullMQ's highest priority; lower ones go first, 0 is none. */
const highestTag = 2 ** 21 - 1;

export interface Opened {
  opened: boolean;
  state: TaskState;
  revision: number;
  /** Fair-queuing tag of the task's `prepare`. */
  tag: number;
}

/** Opens the live state once (`opened`), or again for a further revision. */
export const openTask = async (
  { connection }: { connection: Connection },
  task: Task,
  revision: number,
  reopen = false,
): Promise<Opened> => {
  const answer = await connection.failFast.openTask(
    liveKey(connection, task.id),
    clockKey(connection, 'prepare'),
    waitingKey(connection, 'prepare'),
    task.id,
    Date.now(),
    liveTtl,
    channelOf(connection, task.id),
    revision,
    reopen ? '1' : '0',
    JSON.stringify(task),
    task.owner,
    highestTag,
  );
  return {
    opened: answer[0] === 1,
    state: taskStateSchema.parse(answer[1]),
    revision: Number(answer[2]),
    tag: answer[3],
  };
};

/** The work ahead: the parts with their expected seconds, and what the chunks cost their owner. */
export interface Work {
  parts: readonly (readonly [Part, seconds: number])[];
  /** One for each chunk. */
  costs: readonly number[];
}

/** Fair-queuing tags, 1 … 2^21 − 1, lower first. */
export interface Tags {
  chunks: readonly number[];
  /** 1 where speakers are not identified. */
  diarize: number;
}

/** Tells the live state what is ahead; returns the tags of what follows. */
export const planTask = async (connection: Connection, { id, owner }: Task, { parts, costs }: Work): Promise<Tags> => {
  const keys = (['transcribe', 'diarize'] as const).flatMap((name) => [
    clockKey(connection, name),
    waitingKey(connection, name),
  ]);
  const tags = await connection.blocking.planTask(
    liveKey(connection, id),
    ...keys,
    Date.now(),
    owner,
    highestTag,
    costs.length,
    ...costs,
    ...parts.flatMap(([part, seconds]) => [part, seconds.toFixed(3)]),
  );
  return { chunks: tags.slice(0, costs.length), diarize: tags[costs.length] ?? 1 };
};

/**
 * Reports a running job; `state` is what the task's state becomes if it is not yet that far. `gone`: Redis was emptied, the
 * job is no one's any more.
 */
export const report = async (
  connection: Connection,
  running: Running,
  update: { fraction: number; state: TaskState | ''; starting: boolean },
): Promise<{ state: TaskState | 'gone'; changed: boolean; resumed: boolean }> => {
  const [state, changed, resumed] = await connection.blocking.reportTask(
    liveKey(connection, running.taskId),
    clockKey(connection, running.stage),
    running.job,
    running.taskId,
    running.revision,
    Date.now(),
    running.part,
    running.stage,
    update.fraction.toFixed(4),
    update.state,
    running.tag,
    channelOf(connection, running.taskId),
    update.starting ? '1' : '0',
  );
  return {
    state: state === 'gone' ? state : taskStateSchema.parse(state),
    changed: changed === 1,
    resumed: resumed === 1,
  };
};

/** Whether a task's revision is being worked on: its state alone does not say. */
export const whoWorks = async (
  connection: Connection,
  { id, channel }: Task,
  revision: number,
): Promise<'running' | 'delivered' | 'idle'> => {
  const keys = [
    jobKey(connection, `deliver-${channel}`, jobId(id, 'deliver', revision)),
    jobKey(connection, 'prepare', jobId(id, 'prepare', revision)),
  ];
  const answer = await connection.failFast.workingTask(keys.length, ...keys);
  return answer === 2 ? 'delivered' : answer === 1 ? 'running' : 'idle';
};

export interface Ending {
  taskId: TaskId;
  revision: number;
  /** `degraded`: that part failed for good but the task goes on without it. */
  state: 'done' | 'failed' | 'degraded' | 'cancelled';
  part: Part;
  at: number;
  failure?: TaskFailure;
}

/** Ends a task; true where that changed its state. */
export const finish = async (
  connection: Connection,
  ending: Ending,
  mode: 'blocking' | 'failFast' = 'blocking',
): Promise<boolean> => {
  // What has been prepared needs no more space; the sweep gives back what a killed process has not.
  if (ending.state === 'failed' || ending.state === 'cancelled')
    void connection[mode].releaseSpace(reservationKey(connection), ending.taskId).catch(() => 0);
  return (
    (await connection[mode].finishTask(
      liveKey(connection, ending.taskId),
      ending.at,
      ending.state,
      ending.part,
      ending.revision,
      channelOf(connection, ending.taskId),
      liveTtl,
      ending.failure === undefined ? '' : JSON.stringify(ending.failure),
    )) === 1
  );
};

/** Accepts a failed task again whose jobs are put back; false where it had not failed. */
export const reopenFailed = async (connection: Connection, id: TaskId, at: number): Promise<boolean> =>
  (await connection.failFast.reopenTask(liveKey(connection, id), at, channelOf(connection, id), liveTtl)) === 1;

/** How a task ended, as the record has it. */
export interface Restored {
  task: Task;
  revision: number;
  state: 'done' | 'failed';
  at: number;
  failure: TaskFailure | null;
}

/** Notes down the end of a task of which Redis knows nothing; false where it knows it. Kept for as long as it would have been. */
export const restoreEnd = async (
  connection: Connection,
  { task, revision, state, at, failure }: Restored,
): Promise<boolean> => {
  const ttl = Math.ceil(liveTtl - (Date.now() - at) / 1000);
  if (ttl <= 0) return false;
  const why = failure === null ? '' : JSON.stringify(failure);
  const fields = [task.id, state, revision, at, Math.min(ttl, liveTtl), JSON.stringify(task), why];
  return (await connection.failFast.restoreTask(liveKey(connection, task.id), ...fields)) === 1;
};

const failureOfTask = failureSchema.omit({ stack: true }).extend({ stage: z.enum(stages) });

const liveSchema = z.object({
  state: taskStateSchema,
  stage: z.enum(stages).nullable().default(null),
  percent: z.coerce.number().default(0),
  left: z.string().default(''),
  at: z.coerce.number().default(0),
  revision: z.coerce.number().default(1),
  total: z.coerce.number().optional(),
  chunks: z.coerce.number().default(0),
  why: z
    .string()
    .transform((text) => failureOfTask.safeParse(text === '' ? null : JSON.parse(text)).data)
    .optional(),
});
export type Live = z.infer<typeof liveSchema>;

/** The live state, or null for a task Redis does not know (any more). */
export const readLive = async (connection: Connection, id: TaskId): Promise<Live | null> => {
  const raw = await connection.failFast.hgetall(liveKey(connection, id));
  const parsed = liveSchema.safeParse(raw);
  return parsed.success ? parsed.data : null;
};

/** What a watcher sees, with the place in the queue while nothing of the task runs. */
export const readProgress = async (connection: Connection, id: TaskId): Promise<TaskProgress | null> => {
  const live = await readLive(connection, id);
  if (live === null) return null;
  return {
    taskId: id,
    state: live.state,
    stage: live.stage,
    percent: live.percent,
    secondsLeft: live.left === '' || isFinal(live.state) ? null : Number(live.left),
    position: await position(connection, id, live),
    at: live.at,
    ...(live.state === 'failed' && live.why !== undefined ? { failure: live.why } : {}),
  };
};

const position = async (connection: Connection, id: TaskId, live: Live): Promise<number | null> => {
  const waitsFor: [WorkQueue, Part] | null =
    live.state === 'accepted'
      ? ['prepare', 'prepare']
      : live.state === 'preparing' && live.total !== undefined
        ? ['transcribe', 'transcribe-0']
        : null;
  if (waitsFor === null) return null;
  const [queue, part] = waitsFor;
  return connection.failFast.zrank(waitingKey(connection, queue), jobId(id, part, live.revision));
};

const publishedSchema = z.object({
  taskId: taskIdSchema,
  state: taskStateSchema,
  stage: z.enum(stages).nullable(),
  percent: z.number(),
  secondsLeft: z.number().nullable(),
  position: z.null(),
  at: z.number(),
  failure: failureOfTask.optional(),
});

/** Where the changes of a task are published, and a pattern for those of all. */
export const progressChannel = (connection: Connection, id: TaskId): string => channelOf(connection, id);
export const allProgress = (connection: Connection): string => channelOf(connection, '*');

/** A published change; null for a message of another shape, which is none of ours. */
export const parsePublished = (text: string): TaskProgress | null => {
  try {
    const parsed = publishedSchema.safeParse(JSON.parse(text));
    if (!parsed.success) return null;
    const { failure, ...progress } = parsed.data;
    return { ...progress, ...(failure === undefined ? {} : { failure }) };
  } catch {
    return null;
  }
};
