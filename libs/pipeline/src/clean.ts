import { readdir, stat } from 'node:fs/promises';
import {
  decodedAudio,
  isFinal,
  latestRevision,
  sweepTemporary,
  type TaskFolder,
  type TaskId,
  taskFile,
  taskFolder,
  taskIdSchema,
  taskSchema,
} from '@whisper-bot/task';
import type { PipelineContext } from './context.js';
import { readLive } from './live.js';

/** Goes through the task folders and removes what has outlived its use. Returns how many folders went. */
export const clean = async (context: PipelineContext): Promise<number> => {
  let gone = 0;
  for (const name of await readdir(context.tasksDir)) {
    const id = taskIdSchema.safeParse(name);
    // Only folders named by a task are ours to remove.
    if (!id.success) continue;
    if (await cleanTask(context, taskFolder(context.tasksDir, id.data), id.data)) gone += 1;
  }
  return gone;
};

const cleanTask = async (context: PipelineContext, folder: TaskFolder, id: TaskId): Promise<boolean> => {
  const { retention } = context;
  await sweepTemporary(folder, retention.orphan * 1000);
  const live = await readLive(context.connection, id);
  if (live === null) {
    // Redis may have been emptied and the task be about to be queued again: patience before it counts as an orphan.
    const patience = Math.max(retention.orphan, (await latestRevision(folder)) > 0 ? retention.artefact : 0);
    if ((await age(folder)) < patience) return false;
    await folder.destroy();
    return true;
  }
  if (!isFinal(live.state)) return false;
  const ended = (Date.now() - live.at) / 1000;
  if (live.state === 'cancelled' || ended > retention.artefact) {
    await folder.destroy();
    return true;
  }
  if (live.state === 'done') {
    if (ended > retention.audio) await folder.remove(decodedAudio);
    const task = retention.keepSource ? null : await folder.read(taskFile(1), taskSchema);
    if (task !== null) await folder.remove(task.source);
  }
  return false;
};

/** Seconds since anything in the folder changed. */
const age = async (folder: TaskFolder): Promise<number> => {
  const names = await folder.list();
  const infos = await Promise.all(
    [folder.path, ...names.map((name) => folder.file(name))].map((path) => stat(path).catch(() => null)),
  );
  const newest = Math.max(...infos.map((info) => info?.mtimeMs ?? 0));
  return (Date.now() - newest) / 1000;
};
