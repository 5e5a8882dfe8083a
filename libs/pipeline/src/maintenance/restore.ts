import { type EndedTask, latestRevision, taskFolder } from '@whisper-bot/task';
import type { PipelineContext } from '../context.js';
import { restoreDeadLetter } from '../dead-letter/dead-letter.js';
import { unreachable } from '../redis/connection.js';
import { fromReason } from '../state/failure.js';
import { restoreEnd } from '../state/task-state.js';

/** See {@link WorkerPipeline.whenEmptied}. */
export const whenEmptied = async (context: PipelineContext, restoreAll: () => Promise<boolean>): Promise<void> => {
  const { failFast, options } = context.connection;
  const key = `${options.prefix}:restored`;
  try {
    if ((await failFast.get(key)) === 'yes') return;
    await failFast.set(key, 'begun');
    // Only where the key is still there: emptied meanwhile, the next round begins again.
    if (await restoreAll()) await failFast.set(key, 'yes', 'XX');
  } catch (error) {
    throw unreachable(error);
  }
};

/** See {@link WorkerPipeline.restore}. */
export const restore = async (context: PipelineContext, ended: EndedTask): Promise<boolean> => {
  const { task, state, at, cause, stage, unreported } = ended;
  const revision = await latestRevision(taskFolder(context.tasksDir, task.id)).catch(() => 0);
  // Nothing is left that could be kept, shown or begun with.
  if (revision === 0) return false;
  try {
    if (state === 'done') return await restoreEnd(context.connection, { task, revision, state, at, failure: null });
    const failure = fromReason(cause ?? '');
    const where = stage ?? 'prepare';
    const { stack: _stack, ...reported } = failure;
    const restored = { task, revision, state, at, failure: { ...reported, stage: where } };
    if (!(await restoreEnd(context.connection, restored))) return false;
    await restoreDeadLetter(context, { task, revision, stage: where, failure, at, unreported });
    return true;
  } catch (error) {
    throw unreachable(error);
  }
};
