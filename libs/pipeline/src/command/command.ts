import {
  artifacts,
  isFinal,
  latestRevision,
  readTask,
  type Task,
  TaskError,
  type TaskFolder,
  type TaskId,
  type TaskOptions,
  taskFile,
  taskFolder,
  taskOptionsSchema,
  taskSchema,
} from '@whisper-bot/task';
import type { SubmitOptions } from '../accept/submit-options.js';
import { jobId, type Part, type QueueName } from '../catalogue.js';
import type { PipelineContext } from '../context.js';
import { jobOptions, unreachable } from '../redis/connection.js';
import { observeTask } from '../state/event.js';
import { recordChange } from '../state/state-change.js';
import { cancelChannel, finish, openTask, readLive, whoWorks } from '../state/task-state.js';

/** See {@link Pipeline.submit}. */
export const submit = async (
  context: PipelineContext,
  given: Task,
  { seconds = null, reopen = false }: SubmitOptions = {},
): Promise<'accepted' | 'known'> => {
  const task = taskSchema.parse(given);
  const folder = taskFolder(context.tasksDir, task.id);
  const known = await latestRevision(folder);
  // Once delivered the source may be gone: only a task no one has heard of needs it.
  if (known === 0) {
    await folder.source(task.source);
    // What it will become must fit as well, beside what others were promised.
    const expected = { incoming: 0, bytes: await folder.size(task.source), seconds };
    await context.reservations.reserve(task.id, expected, 'task');
    await folder.persist(task.source);
    await folder.write(taskFile(1), task, true);
  }
  // Every time: a process killed between the two steps has left a folder that the record does not know.
  try {
    await context.accept(task);
  } catch (error) {
    if (known === 0) await folder.remove(taskFile(1));
    throw error;
  }
  // After an emptied Redis the folder still knows which revision was asked for last.
  const revision = Math.max(1, known);
  try {
    const current = revision === 1 ? task : await readTask(folder, revision);
    let { opened, state, tag } = await openTask(context, current, revision);
    if (reopen && !opened && isFinal(state)) {
      // A silent Redis did later what its sender had given up: the rest of that would keep the new one out.
      await removeJobs(context, task.id);
      ({ opened, state, tag } = await openTask(context, current, revision, true));
    }
    if (!opened && state !== 'accepted') return 'known';
    if (opened) context.tasks.keep({ task: current, folder }, revision);
    await queuePrepare(context, { task: current, revision, tag });
    if (!opened) return 'known';
    observeTask(context, 'accepted', { taskId: task.id, task });
    return 'accepted';
  } catch (error) {
    throw unreachable(error);
  }
};

/** See {@link Pipeline.archive}. */
export const archive = async (context: PipelineContext, given: Task): Promise<void> => {
  const { connection } = context;
  const task = taskSchema.parse(given);
  await taskFolder(context.tasksDir, task.id).write(taskFile(1), task, true);
  await context.accept(task);
  try {
    await openTask(context, task, 1);
    const end = { taskId: task.id, state: 'done', at: Date.now() } as const;
    await recordChange(context, end, 'r1', 'failFast');
    await finish(connection, { ...end, revision: 1, part: 'deliver' }, 'failFast');
  } catch (error) {
    throw unreachable(error);
  }
};

/** See {@link WorkingPipeline.revive}. */
export const revive = async (context: PipelineContext, task: Task): Promise<boolean> => {
  const { connection } = context;
  try {
    const live = await readLive(connection, task.id);
    if (live === null || isFinal(live.state)) return false;
    const { revision } = live;
    const who = await whoWorks(connection, task, revision);
    if (who === 'running') return false;
    if (who === 'delivered') {
      const at = Date.now();
      await recordChange(context, { taskId: task.id, state: 'done', at }, `r${revision}`, 'failFast');
      await finish(connection, { taskId: task.id, revision, state: 'done', part: 'deliver', at }, 'failFast');
      return false;
    }
    // What is done already is no more than a name that would keep a new job out.
    await removeJobs(context, task.id);
    const current = await readTask(taskFolder(context.tasksDir, task.id), revision);
    const { tag } = await openTask(context, current, revision, true);
    await queuePrepare(context, { task: current, revision, tag });
    return true;
  } catch (error) {
    throw unreachable(error);
  }
};

/** Both or neither: a task without its record, or a record without its task, would be half accepted. */
export const queuePrepare = async (
  context: PipelineContext,
  { task, revision, tag }: { task: Task; revision: number; tag: number },
): Promise<void> => {
  const { connection } = context;
  const prepare = connection.queue('prepare', 'failFast');
  const id = jobId(task.id, 'prepare', revision);
  const results = await Promise.allSettled([
    prepare.add(
      'prepare',
      { v: 1, taskId: task.id, revision },
      { ...jobOptions('prepare', connection.options), jobId: id, priority: tag },
    ),
    recordChange(context, { taskId: task.id, state: 'accepted', at: Date.now() }, `r${revision}`, 'failFast'),
  ]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) {
    observeTask(context, 'queued', { taskId: task.id, task, stage: 'prepare' });
    return;
  }
  await prepare.remove(id).catch(() => undefined);
  throw failed.reason;
};

/** See {@link Pipeline.revise}. */
export const revise = async (
  context: PipelineContext,
  id: TaskId,
  options: Partial<TaskOptions>,
  origin?: Record<string, unknown>,
): Promise<number> => {
  const folder = taskFolder(context.tasksDir, id);
  const latest = await latestRevision(folder);
  const before = await readTask(folder, Math.max(1, latest));
  if (!(await hasAudio(folder, before))) throw new TaskError('file-expired', 'The recording is no longer here.');
  const revision = latest + 1;
  const task: Task = {
    ...before,
    options: taskOptionsSchema.parse({ ...before.options, ...options }),
    origin: origin ?? before.origin,
  };
  await folder.write(taskFile(revision), task, true);
  try {
    const { tag } = await openTask(context, task, revision, true);
    await queuePrepare(context, { task, revision, tag });
  } catch (error) {
    await folder.remove(taskFile(revision));
    throw unreachable(error);
  }
  return revision;
};

export const hasAudio = async (folder: TaskFolder, task: Task): Promise<boolean> =>
  (await folder.has(artifacts.decoded.file())) || (await folder.has(task.source));

/** See {@link Pipeline.cancel}. */
export const cancel = async (context: PipelineContext, id: TaskId): Promise<boolean> => {
  const { connection } = context;
  try {
    const live = await readLive(connection, id);
    if (live === null) return false;
    const at = Date.now();
    const changed = await finish(
      connection,
      { taskId: id, revision: live.revision, state: 'cancelled', part: 'deliver', at },
      'failFast',
    );
    if (!changed) return false;
    await connection.failFast.publish(cancelChannel(connection), id);
    await recordChange(context, { taskId: id, state: 'cancelled', at }, `r${live.revision}`, 'failFast');
    // Running ones are locked: they answer the abort and remove themselves.
    await removeJobs(context, id);
    await taskFolder(context.tasksDir, id).destroy();
    observeTask(context, 'cancelled', { taskId: id });
    return true;
  } catch (error) {
    throw unreachable(error);
  }
};

export const removeJobs = async (context: PipelineContext, id: TaskId): Promise<void> => {
  // Roots first: removing a root removes what hangs on it.
  for (const { queue, job } of await jobsOf(context, id))
    await context.connection
      .queue(queue, 'failFast')
      .remove(job)
      .catch(() => 0);
};

/** Every job the task's current revision may have, roots first: removing a root removes what hangs on it. */
export const jobsOf = async (context: PipelineContext, id: TaskId): Promise<{ queue: QueueName; job: string }[]> => {
  const live = await readLive(context.connection, id);
  if (live === null) return [];
  const folder = taskFolder(context.tasksDir, id);
  const channel =
    (await folder.read(taskFile(live.revision), taskSchema))?.channel ??
    (await folder.read(taskFile(1), taskSchema))?.channel;
  const parts: [QueueName, Part][] = [
    ...(channel === undefined ? [] : [[`deliver-${channel}`, 'deliver'] as [QueueName, Part]]),
    ['merge', 'merge'],
    ['diarize', 'diarize'],
    ...Array.from({ length: live.chunks }, (_, chunk): [QueueName, Part] => ['transcribe', `transcribe-${chunk}`]),
    ['prepare', 'prepare'],
  ];
  return parts.map(([queue, part]) => ({ queue, job: jobId(id, part, live.revision) }));
};
