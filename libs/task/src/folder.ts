import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { TaskError } from './error.js';
import { type TaskId, taskIdSchema } from './task.js';

/** Artifacts are plain names: nothing a user typed ever becomes part of a path. */
const artifactName = /^[a-z0-9][a-zA-Z0-9._-]{0,120}$/;
const temporaryMark = '.tmp-';
/** A link is refused, not followed: an artifact is never outside its folder. */
const readOnlyNoLink = constants.O_RDONLY | constants.O_NOFOLLOW;
/** Each write waits for the disk, as a sync after it would, without a further call. */
const newAndSynced = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_SYNC;

/** One task's folder on the shared volume, `TASKS_DIR/{task_id}/`; every path it gives lies inside. */
export interface TaskFolder {
  readonly id: TaskId;
  /** Absolute. */
  readonly path: string;
  /** Absolute path of an artifact. Throws TaskError `path-outside` for anything but a plain name. */
  file(name: string): string;
  /** A name for a half-written artifact beside its final place; `adopt` renames it. */
  temporary(name: string): string;
  /** Moves a finished temporary file to its final name, atomically. */
  adopt(temporary: string, name: string): Promise<void>;
  /** Whether a regular, non-empty file of that name is there. */
  has(name: string): Promise<boolean>;
  /** Bytes, or null where there is no such regular file. */
  size(name: string): Promise<number | null>;
  /** Null where the artifact is missing, cut off or of another shape: it is then recomputed. */
  read<T>(name: string, schema: z.ZodType<T>): Promise<T | null>;
  /** Written to a temporary name and renamed; `durable` also waits for the disk. */
  write(name: string, value: unknown, durable?: boolean): Promise<void>;
  /** Absolute path of the source. Throws TaskError `path-outside` (links are refused), `no-such-file`, `empty-file`. */
  source(name: string): Promise<string>;
  /**
   * Waits until a file and its folder are on the disk, whichever process wrote it: from then on a power cut loses neither.
   */
  persist(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Names of all files, without half-written ones; empty where the folder is gone. */
  list(): Promise<string[]>;
  /** Deletes the folder and all in it. */
  destroy(): Promise<void>;
}

/** The folder of a task; nothing is created or checked until a method is called. */
export const taskFolder = (tasksDir: string, id: TaskId): TaskFolder => {
  const path = join(resolve(tasksDir), taskIdSchema.parse(id));

  const file = (name: string): string => {
    if (!artifactName.test(name)) throw new TaskError('path-outside', 'The file lies outside the task folder.');
    return join(path, name);
  };
  const temporary = (name: string): string => `${file(name)}${temporaryMark}${randomBytes(6).toString('hex')}`;
  const size = async (name: string): Promise<number | null> => {
    const info = await lstat(file(name)).catch(nullWhereMissing);
    return info?.isFile() ? info.size : null;
  };

  return {
    id,
    path,
    file,
    temporary,
    size,
    adopt: (from, name) => rename(from, file(name)),
    has: async (name) => ((await size(name)) ?? 0) > 0,
    read: async (name, schema) => {
      const text = await readFile(file(name), { encoding: 'utf8', flag: readOnlyNoLink }).catch(nullWhereMissing);
      if (text === null) return null;
      try {
        const parsed = schema.safeParse(JSON.parse(text));
        return parsed.success ? parsed.data : null;
      } catch {
        return null;
      }
    },
    write: async (name, value, durable = false) => {
      const from = temporary(name);
      try {
        const handle = await open(from, durable ? newAndSynced : 'wx');
        try {
          await handle.writeFile(JSON.stringify(value));
        } finally {
          await handle.close();
        }
        await rename(from, file(name));
        // The name as well: renamed only in memory, the file would be gone after a power cut.
        if (durable) await sync(path);
      } catch (error) {
        await rm(from, { force: true });
        throw storageError(error);
      }
    },
    source: async (name) => {
      const [folder, info] = await Promise.all([path, file(name)].map((part) => lstat(part).catch(nullWhereMissing)));
      if (!folder || !info) throw new TaskError('no-such-file', 'There is no such file.');
      if (!folder.isDirectory() || !info.isFile()) {
        throw new TaskError('path-outside', 'The file lies outside the task folder.', { cause: `${path}/${name}` });
      }
      if (info.size === 0) throw new TaskError('empty-file', 'The file is empty.');
      return file(name);
    },
    persist: async (name) => {
      await sync(file(name), readOnlyNoLink);
      // Both folders: the one above names this one, and may itself be a link.
      for (const directory of [path, resolve(tasksDir)]) await sync(directory);
    },
    remove: async (name) => {
      await unlink(file(name)).catch(nullWhereMissing);
    },
    list: async () => {
      const names = (await readdir(path).catch(nullWhereMissing)) ?? [];
      return names.filter((name) => !name.includes(temporaryMark));
    },
    destroy: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
};

/** A file or a directory; where the system has no such call for directories, it keeps them itself. */
const sync = async (path: string, flags: number = constants.O_RDONLY): Promise<void> => {
  const handle = await open(path, flags);
  try {
    await handle.sync().catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EINVAL' && error.code !== 'EPERM' && error.code !== 'EISDIR') throw error;
    });
  } catch (error) {
    throw storageError(error);
  } finally {
    await handle.close();
  }
};

/** Makes the folder of a new task and returns it. Throws TaskError `no-space`. */
export const createTaskFolder = async (tasksDir: string, id: TaskId): Promise<TaskFolder> => {
  const folder = taskFolder(tasksDir, id);
  try {
    await mkdir(folder.path, { recursive: true });
  } catch (error) {
    throw storageError(error);
  }
  return folder;
};

/** Half-written files older than `maxAge` (milliseconds) are removed; returns how many. */
export const sweepTemporary = async (folder: TaskFolder, maxAge: number): Promise<number> => {
  const names = ((await readdir(folder.path).catch(nullWhereMissing)) ?? []).filter((name) =>
    name.includes(temporaryMark),
  );
  let removed = 0;
  for (const name of names) {
    const path = join(folder.path, name);
    const info = await stat(path).catch(nullWhereMissing);
    if (info === null || Date.now() - info.mtimeMs < maxAge) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
};

/** A full disk is distinguished from other faults, so that intake can pause and the user sees why. */
export const storageError = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new TaskError('no-space', 'There is no space left for recordings.', { cause: error })
    : error;
};

const missing: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR']);
const nullWhereMissing = (error: unknown): null => {
  if (error instanceof Error && 'code' in error && missing.has(error.code)) return null;
  throw error;
};
