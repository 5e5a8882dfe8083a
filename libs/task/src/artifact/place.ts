import { constants } from 'node:fs';
import { copyFile, link, realpath, rm, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { TaskError } from '../error.js';
import { storageError, type TaskFolder } from '../folder.js';

export interface Placed {
  /** Where the bytes are, links followed. */
  path: string;
  /** Of the file. */
  bytes: number;
}

export interface FindFileOptions {
  /** Only what lies below this directory is taken, whatever links lead there; default: anything this process may read. */
  within?: string | undefined;
  /** Bytes; default: no bound. */
  largest?: number | undefined;
}

/**
 * A recording on this machine, as it is to be taken over.
 * @throws {TaskError} `path-outside`, `no-such-file`, `empty-file`, `too-big`
 */
export const findFile = async (path: string, { within, largest }: FindFileOptions = {}): Promise<Placed> => {
  const outside = (cause: string) =>
    new TaskError('path-outside', 'The file lies outside the directory it may come from.', { cause });
  // Links are followed before the check: what counts is where the bytes are.
  const real = await realpath(path).catch((cause: NodeJS.ErrnoException) => {
    if (within !== undefined && (cause.code === 'EACCES' || cause.code === 'ELOOP')) throw outside(path);
    throw new TaskError('no-such-file', 'There is no such file.', { cause });
  });
  if (within !== undefined && !real.startsWith((await realpath(within)) + sep)) throw outside(real);
  const info = await stat(real);
  if (!info.isFile()) throw new TaskError('no-such-file', 'The path is not a file.', { cause: real });
  if (info.size === 0) throw new TaskError('empty-file', 'The file is empty.');
  if (largest !== undefined && info.size > largest)
    throw new TaskError('too-big', 'The file is too big.', { params: { limit: largest } });
  return { path: real, bytes: info.size };
};

/** No second name can be given: another file system, one that knows no links, someone else's file, or too many names. */
const unlinkable = new Set(['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP']);

/**
 * Takes a file into a task folder under a name: linked, or where that is impossible copied by the kernel, never through this process;
 * the original stays. Does nothing where the name is taken: it is the same file, from an attempt before.
 * @throws {TaskError} `no-space`
 */
export const placeFile = async (path: string, folder: TaskFolder, name: string): Promise<void> => {
  if (await folder.has(name)) return;
  const temporary = folder.temporary(name);
  try {
    await link(path, temporary).catch((error: NodeJS.ErrnoException) => {
      if (!unlinkable.has(error.code ?? '')) throw error;
      return copyFile(path, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    });
    await folder.adopt(temporary, name);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageError(error);
  }
};
