import type { TaskId } from '@whisper-bot/task';
import { eachPage } from './each-page.js';
import type { TaskRepository } from './task.js';

export interface RenotifyOptions {
  tasks: Pick<TaskRepository, 'unnotified'>;
  queue: NoticeQueue;
  /** Seconds since the end of a task after which it is looked at: younger ones are being called. */
  grace: number;
  /** Called for each task that could not be looked at; the others are. */
  onError: (error: unknown) => void;
  /** Ends it early. */
  signal?: AbortSignal;
}

/** What is asked of the queue of calls; `WorkerPipeline` fits. */
export interface NoticeQueue {
  /** Queues the call for a task's end where the queue knows nothing of it; false where it does, or nothing is left to call about. */
  renotify(id: TaskId, event: 'completed' | 'failed'): Promise<boolean>;
}

/** Seconds an end is worth a call: the attempts of one last two to three hours, and Redis may be away before. */
const within = 24 * 3600;

/**
 * Queues again the calls of webhooks that the queue has forgotten, as where Redis was emptied. A call that was made and could not be
 * written down is repeated only then, under its old id. Returns how many were queued.
 */
export const renotifyOnce = async ({ tasks, queue, grace, onError, signal }: RenotifyOptions): Promise<number> => {
  let queued = 0;
  await eachPage({
    read: (page) => tasks.unnotified({ grace, within }, page),
    act: async ({ id, state }) => {
      if (await queue.renotify(id, state === 'done' ? 'completed' : 'failed')) queued += 1;
    },
    onError,
    signal,
  });
  return queued;
};
