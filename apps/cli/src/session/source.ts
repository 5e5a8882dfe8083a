import { constants, createWriteStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline as stream } from 'node:stream/promises';
import type { AcceptRequest, Received } from '@whisper-bot/pipeline';
import { sourceName } from '@whisper-bot/task';
import { CliError } from '../failure.js';
import { shorten } from '../show/bar.js';

/** A recording on this machine, or `-` for standard input. */
export interface Source {
  /** As given. */
  path: string;
  /** For people. */
  title: string;
  /** What it is called in its task folder. */
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

/** The recording as the pipeline takes it. */
export const sourceOf = ({ path, name }: Source): AcceptRequest<Received>['source'] => {
  if (path !== '-') return { kind: 'file', path };
  return {
    kind: 'stream',
    // No one knows what comes through a pipe.
    bytes: null,
    receive: async (folder) => {
      await stream(process.stdin, createWriteStream(folder.file(name), { flags: 'wx', mode: 0o600 }));
      return { name };
    },
  };
};
