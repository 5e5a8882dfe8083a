import { taskFolder, taskSchema } from '@whisper-bot/task';
import { transcriptSchema } from '@whisper-bot/transcript';
import type { TaskBook, ToldChange } from './task.js';

export interface ChangeRecorderOptions {
  tasks: Pick<TaskBook, 'accept' | 'change' | 'saveTranscript'>;
  tasksDir: string;
}

/**
 * The handler of the pipeline's state changes: writes them down, and the transcript with the end. A task the record does
 * not know yet (its change overtook it, or it came while there was no record) is read from its folder.
 */
export const createChangeRecorder =
  ({ tasks, tasksDir }: ChangeRecorderOptions) =>
  async (change: ToldChange): Promise<void> => {
    const folder = taskFolder(tasksDir, change.taskId);
    if (!(await tasks.change(change))) {
      const task = await folder.read('task.json', taskSchema);
      // Cancelled and removed before it was ever written down: nothing is left to be recorded.
      if (task === null) return;
      await tasks.accept(task);
      await tasks.change(change);
    }
    if (change.state !== 'done') return;
    const transcript = await folder.read('transcript.json', transcriptSchema);
    if (transcript !== null) await tasks.saveTranscript(change.taskId, transcript);
  };
