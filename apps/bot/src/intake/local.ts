import { isAbsolute, resolve } from 'node:path';
import { findFile, placeFile, TaskError, type TaskFolder } from '@whisper-bot/task';

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
 * Takes over a file the local Bot API server has on this machine, see `placeFile`. Only regular files below `localDir` are taken.
 * @throws {TaskError} `path-outside`, `file-expired`, `empty-file`, `too-big`, `no-space`
 */
export const adoptLocal = async ({ localDir, path, folder, name, largest }: LocalFile): Promise<void> => {
  const asked = isAbsolute(path) ? path : resolve(localDir, path);
  const file = await findFile(asked, { within: localDir, largest }).catch((error: unknown) => {
    if (!(error instanceof TaskError) || error.code !== 'no-such-file') throw error;
    throw new TaskError('file-expired', 'Telegram no longer has this file.', { cause: error });
  });
  await placeFile(file.path, folder, name);
};
