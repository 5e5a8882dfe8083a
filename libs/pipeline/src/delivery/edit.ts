import { whileUnavailable } from '@whisper-bot/runtime';
import type { TaskId } from '@whisper-bot/task';
import type { PipelineContext } from '../context.js';
import type { TranscriptEdit } from '../contract.js';
import { type Served, serveQueue } from '../queue/serve.js';
import { jobOptions, unreachable } from '../redis/connection.js';
import { toJobError } from '../state/failure.js';

/** See {@link WorkingPipeline.announceEdit}. */
export const announceEdit = async ({ connection }: PipelineContext, edited: TranscriptEdit): Promise<void> => {
  try {
    await connection
      .queue('edit', 'failFast')
      .add('edit', { v: 1, ...edited }, { ...jobOptions('edit', connection.options), jobId: editId(edited) });
  } catch (error) {
    throw unreachable(error);
  }
};

const editId = ({ taskId, revision, edit }: TranscriptEdit): string => `${taskId}-edit-r${revision}-${edit}`;

/** See {@link WorkingPipeline.reannounceEdit}. */
export const reannounceEdit = async (context: PipelineContext, edited: TranscriptEdit): Promise<boolean> => {
  if ((await context.connection.queue('edit', 'failFast').getJob(editId(edited))) !== undefined) return false;
  await announceEdit(context, edited);
  return true;
};

/** See {@link Pipeline.serveEdits}. */
export const serveEdits = (context: PipelineContext, handler: (id: TaskId) => Promise<void>): Served =>
  serveQueue(
    context,
    'edit',
    async (_job, { taskId }, { signal }) => {
      const onUnavailable = (error: unknown) =>
        context.log.warn({ task_id: taskId, err: error }, 'edit delivery postponed');
      await whileUnavailable(() => handler(taskId), { signal, onUnavailable }).catch((error: unknown) => {
        throw toJobError(error);
      });
    },
    // The next file shows it all the same.
    { onDead: async (job) => context.log.warn({ task_id: job.data.taskId }, 'edit delivery failed') },
  );
