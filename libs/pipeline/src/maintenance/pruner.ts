import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isDecodedAudio,
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
import type { PipelineContext } from '../context.js';
import { readLive } from '../state/task-state.js';

/** Milliseconds after its end in which a task's last writes are over. */
const settled = 60_000;

/** Removes expired files and task folders. Returns the number of folders removed. */
export const prune = async (context: PipelineContext): Promise<number> => {
  let gone = 0;
  const orphans: TaskId[] = [];
  for (const name of await readdir(context.tasksDir)) {
    const id = taskIdSchema.safeParse(name);
    // Only folders named by a task are ours to remove.
    if (!id.success) continue;
    const outcome = await pruneTask(context, taskFolder(context.tasksDir, id.data), id.data);
    if (outcome === 'gone') gone += 1;
    if (outcome === 'orphan') orphans.push(id.data);
  }
  await releaseSpace(context);
  return gone + (await removeOrphans(context, orphans));
};

/** Gives back the space of receivers that were killed, and of tasks that have ended or that Redis has forgotten. */
const releaseSpace = async ({ connection, reservations }: PipelineContext): Promise<void> => {
  for (const { id, state } of await reservations.holders()) {
    const task = taskIdSchema.safeParse(id);
    if (!task.success || state === 'held') continue;
    const live = state === 'expired' ? null : await readLive(connection, task.data);
    if (live === null || isFinal(live.state)) await reservations.release(task.data);
  }
};

/**
 * What no task in Redis knows may still be named by an entry that waits while intake is paused, by a recording on its way, or by
 * the record: who cannot be asked keeps everything.
 */
const removeOrphans = async (context: PipelineContext, orphans: readonly TaskId[]): Promise<number> => {
  if (orphans.length === 0) return 0;
  let spared: ReadonlySet<TaskId>;
  try {
    spared = await context.spared(orphans);
  } catch (error) {
    context.log.warn({ err: error, folders: orphans.length }, 'orphans kept: their references cannot be checked');
    return 0;
  }
  const meant = orphans.filter((id) => !spared.has(id));
  for (const id of meant) await taskFolder(context.tasksDir, id).destroy();
  return meant.length;
};

const pruneTask = async (
  context: PipelineContext,
  folder: TaskFolder,
  id: TaskId,
): Promise<'gone' | 'orphan' | 'kept'> => {
  const { retention } = context;
  const live = await readLive(context.connection, id);
  // Once a task has ended, temporary files in its folder belong to killed workers.
  const isOver = live !== null && isFinal(live.state) && Date.now() - live.at > settled;
  await sweepTemporary(folder, isOver ? settled : retention.orphan * 1000);
  if (live === null) {
    // Redis may have been emptied and the task be about to be queued again: patience before it counts as an orphan.
    const mode = Math.max(retention.orphan, (await latestRevision(folder)) > 0 ? retention.artifact : 0);
    return (await age(folder)) < mode ? 'kept' : 'orphan';
  }
  if (!isFinal(live.state)) return 'kept';
  const ended = (Date.now() - live.at) / 1000;
  if (live.state === 'cancelled' || ended > retention.artifact) {
    await folder.destroy();
    return 'gone';
  }
  if (live.state === 'done') {
    if (ended > retention.audio)
      for (const name of (await folder.list()).filter(isDecodedAudio)) await folder.remove(name);
    const task = retention.keepSource ? null : await folder.read(taskFile(1), taskSchema);
    if (task !== null) await folder.remove(task.source);
  }
  return 'kept';
};

/** Seconds since anything in the folder changed, half-written files included: a long upload is one. */
const age = async (folder: TaskFolder): Promise<number> => {
  const names = await readdir(folder.path).catch(() => []);
  const paths = [folder.path, ...names.map((name) => join(folder.path, name))];
  const infos = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
  const newest = Math.max(...infos.map((info) => info?.mtimeMs ?? 0));
  return (Date.now() - newest) / 1000;
};
