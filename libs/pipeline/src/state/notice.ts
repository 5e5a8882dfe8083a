import { latestRevision, type TaskId, taskFolder } from '@whisper-bot/task';
import type { PipelineContext } from '../context.js';
import type { Notice } from '../contract.js';
import { type Served, type ServeOptions, serveQueue } from '../queue/serve.js';
import { jobOptions } from '../redis/connection.js';
import { toJobError } from './failure.js';

/** See {@link WorkingPipeline.notify}. */
export const notify = async ({ connection }: PipelineContext, notice: Notice): Promise<void> => {
  await connection
    .queue('webhook')
    .add(notice.event, { v: 1, ...notice }, { ...jobOptions('webhook', connection.options), jobId: noticeId(notice) });
};

const noticeId = ({ taskId, event, revision }: Notice): string => `${taskId}-${event}-r${revision}`;

/** See {@link WorkingPipeline.renotify}. */
export const renotify = async (context: PipelineContext, taskId: TaskId, event: Notice['event']): Promise<boolean> => {
  const revision = await latestRevision(taskFolder(context.tasksDir, taskId)).catch(() => 0);
  if (revision === 0) return false;
  const notice = { taskId, event, revision };
  if ((await context.connection.queue('webhook', 'failFast').getJob(noticeId(notice))) !== undefined) return false;
  await notify(context, notice);
  return true;
};

/** See {@link WorkingPipeline.serveNotices}. */
export const serveNotices = (
  context: PipelineContext,
  handler: (notice: Notice, context: { signal: AbortSignal; attempt: number }) => Promise<void>,
  options: ServeOptions = {},
): Served =>
  serveQueue(
    context,
    'webhook',
    async (job, { taskId, event, revision }, { signal }) => {
      await handler({ taskId, event, revision }, { signal, attempt: job.attemptsMade + 1 }).catch((error: unknown) => {
        throw toJobError(error);
      });
    },
    {
      ...options,
      // It stays in its failed set, where Bull Board shows and retries it; the task has long ended.
      onDead: async (job) => context.log.warn({ task_id: job.data.taskId }, 'webhook given up'),
    },
  );
