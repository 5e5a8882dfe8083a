import type { TaskRow } from '@whisper-bot/store';
import { type TaskFolder, type TaskId, taskFolder, taskIdSchema } from '@whisper-bot/task';
import type { DashboardDeps } from '../deps.js';
import { HttpError, type RequestContext } from '../web/request-context.js';

export interface FoundTask {
  id: TaskId;
  row: TaskRow;
  folder: TaskFolder;
}

/** The id in the path. Throws HttpError 404 for anything but an id. */
export const taskIdOf = (context: RequestContext): TaskId => {
  const id = taskIdSchema.safeParse(context.param('id'));
  if (!id.success) throw new HttpError(404);
  return id.data;
};

/** The task in the path. Throws HttpError 404 where the record does not know it. */
export const findTask = async (context: RequestContext): Promise<FoundTask> => {
  const id = taskIdOf(context);
  const row = await context.deps.store.tasks.find(id);
  if (row === null) throw new HttpError(404);
  return { id, row, folder: taskFolder(context.deps.options.tasksDir, id) };
};

/** Dead letters of a task, where what comes next makes them pointless. */
export const dismissLetters = async ({ pipeline }: Pick<DashboardDeps, 'pipeline'>, task: TaskId): Promise<void> => {
  for (const { id, taskId } of await pipeline.deadLetters()) if (taskId === task) await pipeline.dismiss(id);
};
