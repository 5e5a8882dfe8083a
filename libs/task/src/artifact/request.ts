import { TaskError } from '../error.js';
import type { TaskFolder } from '../folder.js';
import { type Task, taskSchema } from '../task.js';
import { artifacts } from './catalogue.js';

const { request, revisedRequest } = artifacts;

/** Name of what was accepted, and of what was asked for with later revisions. */
export const taskFile = (revision: number): string => (revision === 1 ? request.file() : revisedRequest.file(revision));

/** The task as accepted or as revised. Throws TaskError `file-expired` where the folder is gone. */
export const readTask = async (folder: TaskFolder, revision: number): Promise<Task> => {
  const task = await folder.read(taskFile(revision), taskSchema);
  if (task === null) throw new TaskError('file-expired', 'The recording is no longer here.');
  return task;
};

/** The highest revision that was written down, 0 where none was. */
export const latestRevision = async (folder: TaskFolder): Promise<number> => {
  const revisions = (await folder.list()).map((name) =>
    request.file.matches(name) ? 1 : Number(revisedRequest.file.parse(name)?.[0] ?? 0),
  );
  return Math.max(0, ...revisions.filter(Number.isInteger));
};
