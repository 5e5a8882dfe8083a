import { constants, createWriteStream } from 'node:fs';
import { access, copyFile, link, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline as stream } from 'node:stream/promises';
import { sourceName, type TaskFolder } from '@whisper-bot/task';
import { CliError } from '../failure.js';
import { shorten } from '../show/bar.js';

/** A recording on this machine, or `-` for standard input. */
export interface Source {
  /** As given. */
  path: string;
  /** For people. */
  title: string;
  /** `audio.{ext}`. */
  name: string;
}

/** Checks that there is something to transcribe. Throws CliError with one sentence. */
export const checkSource = async (path: string): Promise<Source> => {
  if (path === '-') return { path, title: 'standard input', name: sourceName('') };
  const title = shorten(basename(path), 255);
  const shown = shorten(path, 200);
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') throw new CliError(`"${shown}" may not be read by this user.`);
    throw new CliError(`There is no file "${shown}".`);
  });
  if (info.isDirectory()) throw new CliError(`"${shown}" is a folder; name the files in it.`);
  if (!info.isFile()) throw new CliError(`"${shown}" is not a file.`);
  if (info.size === 0) throw new CliError(`"${shown}" is empty.`);
  await access(path, constants.R_OK).catch(() => {
    throw new CliError(`"${shown}" may not be read by this user.`);
  });
  return { path, title, name: sourceName(basename(path)) };
};

/** Brings the recording into the task folder: linked where that is possible, otherwise copied. */
export const placeSource = async (source: Source, folder: TaskFolder): Promise<void> => {
  const target = folder.file(source.name);
  if (source.path === '-') {
    await stream(process.stdin, createWriteStream(target, { flags: 'wx', mode: 0o600 }));
    return;
  }
  const real = await realpath(source.path);
  // Another file system, or a file of somebody else's: the copy shares blocks where the file system can.
  await link(real, target).catch(() => copyFile(real, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE));
};
