import type { PipelineContext } from '../context.js';
import type { Notice } from '../contract.js';
import { type Served, serveQueue } from '../queue/serve.js';
import { jobOptions } from '../redis/connection.js';
import { toJobError } from './failure.js';

/** See {@link WorkingPipeline.notify}. */
export const notify = async ({ connection }: PipelineContext, notice: Notice): Promise<void> => {
  const { taskId, event, revision } = notice;
  await connection
    .queue('webhook')
    .add(
      event,
      { v: 1, ...notice },
      { ...jobOptions('webhook', connection.options), jobId: `${taskId}-${event}-r${revision}` },
    );
};

/** See {@link WorkingPipeline.serveNotices}. */
export const serveNotices = (
  context: PipelineContext,
  handler: (notice: Notice, context: { signal: AbortSignal; attempt: number }) => Promise<void>,
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
      // It stays in its failed set, where Bull Board shows and retries it; the task has long ended.
      onDead: async (job) => context.log.warn({ task_id: job.data.taskId }, 'webhook given up'),
    },
  );
