import type { EndedTask } from '@whisper-bot/task';
import { eachPage } from './each-page.js';
import type { TaskRepository, Unshown } from './task.js';

/** What is asked of the queue; `WorkerPipeline` fits. */
export interface RestoredQueue {
  /** Calls back where Redis has been emptied since that last answered true. */
  whenEmptied(restoreAll: () => Promise<boolean>): Promise<void>;
  /** Restores how a task ended, and the dead letter of a failed one; false where Redis knows it, or nothing is left of it. */
  restore(ended: EndedTask): Promise<boolean>;
  /** Queues an edit for the chat again; false where the queue knows it. */
  reannounceEdit(edit: Unshown): Promise<boolean>;
}

export interface RestoreOptions {
  tasks: Pick<TaskRepository, 'endings' | 'unshown'>;
  queue: RestoredQueue;
  /** Seconds since an edit after which it is looked at: younger ones are being shown. */
  grace: number;
  /** Called for each that could not be restored; the others are. */
  onError: (error: unknown) => void;
  /** Ends it early. */
  signal?: AbortSignal;
}

/** Seconds Redis remembers how a task ended, less what a round may take: later nothing is restored that an operator has put away. */
const remembered = 7 * 24 * 3600 - 3600;
/** Seconds in which people expect to see an edit. */
const awaited = 24 * 3600;

/** Restores what an emptied Redis knew of tasks that have ended, once each time it was emptied. Returns how many. */
export const restoreEndings = async ({
  tasks,
  queue,
  onError,
  signal,
}: Omit<RestoreOptions, 'grace'>): Promise<number> => {
  let restored = 0;
  await queue.whenEmptied(() =>
    eachPage({
      // Those of a moment ago as well: the queue says which it knows.
      read: (page) => tasks.endings({ grace: 0, within: remembered }, page),
      act: async (ended) => {
        if (await queue.restore(ended)) restored += 1;
      },
      onError,
      signal,
    }),
  );
  return restored;
};

/** Queues the edits again that a chat does not show and the queue has forgotten. Returns how many. */
export const reannounceEdits = async ({ tasks, queue, grace, onError, signal }: RestoreOptions): Promise<number> => {
  let queued = 0;
  await eachPage({
    read: (page) => tasks.unshown({ grace, within: awaited }, page),
    act: async (edit) => {
      if (await queue.reannounceEdit(edit)) queued += 1;
    },
    onError,
    signal,
  });
  return queued;
};
