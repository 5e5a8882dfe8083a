import { readTask, type Task, type TaskFolder, type TaskId, taskFolder } from '@whisper-bot/task';

/** Tasks kept in memory; each is read by five jobs and more within seconds. */
const capacity = 500;

/** A task as accepted or as revised, and where its files are. */
export interface PlacedTask {
  task: Task;
  folder: TaskFolder;
}

/** Reads tasks from their folders, the recent ones from memory: what was accepted never changes. */
export interface TaskCache {
  /** Throws TaskError `file-expired` where the folder is gone. */
  get(id: TaskId, revision: number): Promise<PlacedTask>;
  /** What this process has written down itself need not be read back. */
  keep(placed: PlacedTask, revision: number): void;
  /** Nothing of a task is held any more. */
  forget(id: TaskId): void;
}

export const createTaskCache = (tasksDir: string): TaskCache => {
  const known = new Map<string, PlacedTask>();
  const keep = (placed: PlacedTask, revision: number): void => {
    if (known.size >= capacity) known.delete(known.keys().next().value ?? '');
    known.set(`${placed.task.id}/${revision}`, placed);
  };
  return {
    keep,
    forget: (id) => {
      for (const key of known.keys()) if (key.startsWith(`${id}/`)) known.delete(key);
    },
    get: async (id, revision) => {
      const kept = known.get(`${id}/${revision}`);
      if (kept !== undefined) return kept;
      const folder = taskFolder(tasksDir, id);
      const placed = { task: await readTask(folder, revision), folder };
      keep(placed, revision);
      return placed;
    },
  };
};
