import type { TaskId } from '@whisper-bot/task';
import type { TaskRepository } from './task.js';

export interface RenotifyOptions {
  tasks: Pick<TaskRepository, 'unnotified'>;
  queue: NoticeQueue;
  /** Seconds since the end of a task after which it is looked at: younger ones are being called. */
  grace: number;
  /** Called for each task that could not be looked at; the others are. */
  onError: (error: unknown) => void;
}

/** What is asked of the queue of calls; `WorkerPipeline` fits. */
export interface NoticeQueue {
  /** Queues the call for a task's end where the queue knows nothing of it; false where it does, or nothing is left to call about. */
  renotify(id: TaskId, event: 'completed' | 'failed'): Promise<boolean>;
}

/** Seconds an end is worth a call: the attempts of one last two to three hours, and Redis may be away before. */
const within = 24 * 3600;
const batch = 500;
/** So many failures one after another are not the tasks' fault. */
const mostFailures = 3;

/**
 * Queues again the calls of webhooks that the queue has forgotten, as where Redis was emptied. A call that was made and could not be
 * written down is repeated only then, under its old id. Returns how many were queued.
 */
export const renotifyOnce = async ({ tasks, queue, grace, onError }: RenotifyOptions): Promise<number> => {
  let queued = 0;
  let failures = 0;
  let after: string | undefined;
  do {
    const page = await tasks.unnotified({ grace, within }, { limit: batch, ...(after === undefined ? {} : { after }) });
    for (const { id, state } of page.tasks) {
      try {
        if (await queue.renotify(id, state === 'done' ? 'completed' : 'failed')) queued += 1;
        failures = 0;
      } catch (error) {
        onError(error);
        failures += 1;
        if (failures === mostFailures) return queued;
      }
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
  return queued;
};
