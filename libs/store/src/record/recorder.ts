import { readTask, TaskError, type TranscriptStore, taskFolder } from '@whisper-bot/task';
import type { ReportedChange, TaskRepository } from './task.js';

export interface ChangeRecorderOptions {
  tasks: Pick<TaskRepository, 'accept' | 'change'>;
  transcripts: Pick<TranscriptStore, 'reconcile'>;
  tasksDir: string;
}

/**
 * The handler of the pipeline's state changes: writes them down, and the transcript with the end. A task the record does
 * not know yet (its change overtook it, or it came while there was no record) is read from its folder.
 */
export const createChangeRecorder =
  ({ tasks, transcripts, tasksDir }: ChangeRecorderOptions) =>
  async (change: ReportedChange): Promise<void> => {
    if (!(await tasks.change(change))) {
      const task = await readTask(taskFolder(tasksDir, change.taskId), 1).catch((error: unknown) => {
        if (error instanceof TaskError) return null;
        throw error;
      });
      // Cancelled and removed before it was ever written down: nothing is left to be recorded.
      if (task === null) return;
      await tasks.accept(task);
      await tasks.change(change);
    }
    if (change.state === 'done') await transcripts.reconcile(change.taskId);
  };
