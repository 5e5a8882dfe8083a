import { constants } from 'node:fs';
import { copyFile, link, lstat, realpath, rm } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { storageError, TaskError, type TaskFolder } from '@whisper-bot/task';

export interface LocalFile {
  /** Working directory of the Bot API server started with `--local`. */
  localDir: string;
  /** What getFile answered: absolute. */
  path: string;
  folder: TaskFolder;
  /** Of the source in the task folder. */
  name: string;
  /** Bytes. */
  largest: number;
}

/**
 * Takes over a file the local Bot API server has on this machine: linked, or on another file system copied by the
 * kernel; never through this process. Only regular files below `localDir` are taken.
 * @throws {TaskError} `path-outside`, `file-expired`, `too-big`, `no-space`
 */
export const adoptLocal = async ({ localDir, path, folder, name, largest }: LocalFile): Promise<void> => {
  const root = await realpath(localDir);
  const real = await realpath(isAbsolute(path) ? path : resolve(root, path)).catch(() => {
    throw new TaskError('file-expired', 'Telegram no longer has this file.');
  });
  const inside = relative(root, real);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new TaskError('path-outside', 'The file lies outside the directory of the Bot API server.', { cause: path });
  }
  const info = await lstat(real);
  if (!info.isFile()) throw new TaskError('path-outside', 'The file is not a regular file.', { cause: path });
  if (info.size > largest) {
    throw new TaskError('too-big', 'The file is too big.', { params: { limit: largest } });
  }
  const temporary = folder.temporary(name);
  try {
    await link(real, temporary).catch(() => copyFile(real, temporary, constants.COPYFILE_FICLONE));
    await folder.adopt(temporary, name);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageError(error);
  }
};
