import { readTask, type Task, type TaskFolder } from '@whisper-bot/task';

/** Tasks kept in memory; each is read by five jobs and more within seconds. */
const capacity = 500;

/** Reads tasks from their folders, the recent ones from memory: what was accepted never changes. */
export interface TaskCache {
  /** Throws TaskError `file-expired` where the folder is gone. */
  get(folder: TaskFolder, revision: number): Promise<Task>;
}

export const createTaskCache = (): TaskCache => {
  const known = new Map<string, Task>();
  return {
    get: async (folder, revision) => {
      const key = `${folder.id}/${revision}`;
      const kept = known.get(key);
      if (kept !== undefined) return kept;
      const task = await readTask(folder, revision);
      if (known.size >= capacity) known.delete(known.keys().next().value ?? '');
      known.set(key, task);
      return task;
    },
  };
};
