import type { WorkerPipeline } from '@whisper-bot/pipeline';
import type { Store, TaskRow } from '@whisper-bot/store';
import { type TaskFolder, type TaskId, taskFolder, taskIdSchema } from '@whisper-bot/task';
import { HttpError } from '../web/http-error.js';
import type { RequestContext } from '../web/request-context.js';
import type { UploadOptions } from './upload.js';

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
export const findTask = async (
  context: RequestContext<Pick<Store, 'tasks'> & { options: Pick<UploadOptions, 'tasksDir'> }>,
): Promise<FoundTask> => {
  const id = taskIdOf(context);
  const row = await context.deps.tasks.find(id);
  if (row === null) throw new HttpError(404);
  return { id, row, folder: taskFolder(context.deps.options.tasksDir, id) };
};

/** Dead letters of a task, where what comes next makes them pointless. */
export const dismissDeadLetters = async (
  { pipeline }: { pipeline: Pick<WorkerPipeline, 'deadLetters' | 'dismiss'> },
  task: TaskId,
): Promise<void> => {
  for (const { id, taskId } of await pipeline.deadLetters()) if (taskId === task) await pipeline.dismiss(id);
};
