import { readTask, type TaskId, taskFolder } from '@whisper-bot/task';
import { jobId } from '../catalogue.js';
import type { PipelineContext } from '../context.js';
import { unreachable } from '../redis/connection.js';
import { recordChange } from '../state/state-change.js';
import { openTask, readLive, reopenFailed } from '../state/task-state.js';
import { hasAudio, jobsOf, queuePrepare, removeJobs } from './command.js';

/** See {@link Pipeline.retry}. */
export const retry = async (context: PipelineContext, id: TaskId): Promise<boolean> => {
  const { connection } = context;
  try {
    const failed = [];
    for (const { queue, job: name } of await jobsOf(context, id)) {
      const job = await connection.queue(queue, 'failFast').getJob(name);
      if (job !== undefined && (await job.isFailed())) failed.push(job);
    }
    if (failed.length === 0) return await retryFromFolder(context, id);
    // Before the jobs: what is asked for here must be in the record should Redis lose them while they wait.
    const at = Date.now();
    if (await reopenFailed(connection, id, at))
      await recordChange(context, { taskId: id, state: 'accepted', at }, `retry-${at}`, 'failFast');
    for (const job of failed) await job.retry('failed', { resetAttemptsMade: true });
    return true;
  } catch (error) {
    throw unreachable(error);
  }
};

/**
 * Runs a failed task again whose jobs Redis has lost, from what its folder has: finished stages are not repeated. False where it has
 * not failed, or nothing is left to begin with.
 */
export const retryFromFolder = async (context: PipelineContext, id: TaskId): Promise<boolean> => {
  const { connection } = context;
  const live = await readLive(connection, id);
  if (live?.state !== 'failed') return false;
  const { revision } = live;
  const folder = taskFolder(context.tasksDir, id);
  const task = await readTask(folder, revision).catch(() => null);
  if (task === null || !(await hasAudio(folder, task))) return false;
  await removeJobs(context, id);
  const { tag } = await openTask(context, task, revision, true);
  await queuePrepare(context, { task, revision, tag });
  await connection
    .queue('dead', 'failFast')
    .remove(jobId(id, 'prepare', revision))
    .catch(() => 0);
  return true;
};
