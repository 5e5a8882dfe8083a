import { readTask, type Task, type TaskFolder } from '@whisper-bot/task';

/** Tasks kept in memory; each is read by five jobs and more within seconds. */
const capacity = 500;

/** Reads tasks from their folders, the recent ones from memory: what was accepted never changes. */
export interface TaskCache {
  /** Throws TaskError `file-expired` where the folder is gone. */
  get(folder: TaskFolder, revision: number): Promise<Task>;
  /** What this process has written down itself need not be read back. */
  keep(task: Task, revision: number): void;
}

export const createTaskCache = (): TaskCache => {
  const known = new Map<string, Task>();
  const keep = (task: Task, revision: number): void => {
    if (known.size >= capacity) known.delete(known.keys().next().value ?? '');
    known.set(`${task.id}/${revision}`, task);
  };
  return {
    keep,
    get: async (folder, revision) => {
      const kept = known.get(`${folder.id}/${revision}`);
      if (kept !== undefined) return kept;
      const task = await readTask(folder, revision);
      keep(task, revision);
      return task;
    },
  };
};
