import { constants, copyFile, link, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { createTaskFolder, sourceName, TaskError, type TaskId } from '@whisper-bot/task';

/**
 * Puts the recording into the task's folder as `audio.{ext}` and returns that name: where the plan's layout was
 * followed it is already there; elsewhere on the volume it is linked (or copied where links are not to be had), and the
 * original stays. Throws TaskError `no-such-file`, `path-outside`, `empty-file`, `no-space`.
 */
export const adoptFile = async (tasksDir: string, id: TaskId, path: string): Promise<string> => {
  const outside = (cause: string) =>
    new TaskError('path-outside', 'The file lies outside the shared volume.', { cause });
  const root = await realpath(tasksDir);
  // Links are followed before the check: what counts is where the bytes are.
  const real = await realpath(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EACCES' || cause.code === 'ELOOP') throw outside(path);
    throw new TaskError('no-such-file', 'There is no such file on the shared volume.', { cause });
  });
  if (!real.startsWith(root + sep)) throw outside(real);
  const info = await stat(real);
  if (!info.isFile()) throw new TaskError('no-such-file', 'The path is not a file.', { cause: real });
  if (info.size === 0) throw new TaskError('empty-file', 'The file is empty.');

  const source = sourceName(real);
  const folder = await createTaskFolder(tasksDir, id);
  const target = folder.file(source);
  if (real === join(root, id, source)) return source;
  try {
    await link(real, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return source;
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK') throw error;
    await copyFile(real, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
  return source;
};
