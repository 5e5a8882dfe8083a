import { taskFolder, taskIdSchema } from '@whisper-bot/task';
import { z } from 'zod';
import type { FoundTask } from '../domain/task-find.js';
import type { RequestContext } from '../web/request-context.js';
import type { ApiCall } from './call.js';
import { ApiError } from './error.js';

/** The task in the path. Throws ApiError 404 also for those of other keys, so as not to reveal that they exist. */
export const findOwnTask = async (
  { deps, owner }: ApiCall<'options' | 'tasks'>,
  context: RequestContext,
): Promise<FoundTask> => {
  const id = taskIdSchema.safeParse(context.param('id'));
  const row = id.success ? await deps.tasks.find(id.data) : null;
  if (row === null || row.owner !== owner) throw noSuchTask();
  return { id: row.id, row, folder: taskFolder(deps.options.tasksDir, row.id) };
};

export const noSuchTask = (): ApiError => new ApiError(404, 'There is no such task.', { code: 'task_not_found' });

/** A page of a list. */
const pageSchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: z.string().max(100).default('').describe('`next` of the page before'),
});

export const readPage = (context: RequestContext): z.output<typeof pageSchema> => {
  const limit = context.query('limit');
  const parsed = pageSchema.safeParse({ after: context.query('after'), ...(limit === '' ? {} : { limit }) });
  if (parsed.success) return parsed.data;
  throw new ApiError(400, 'A limit is a number from 1 to 100.', { param: 'limit', code: 'invalid_field' });
};
