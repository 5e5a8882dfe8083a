import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createTaskFolder, sourceName, storageError, TaskError, type TaskFolder, type TaskId } from '@whisper-bot/task';
import { type Api, GrammyError } from 'grammy';
import { backOff, judge } from '../telegram/outbox/verdict.js';
import { adoptLocal } from './local.js';

/** Where files come from. */
export interface FileSource {
  api: Api;
  token: string;
  /** Root of the Bot API server, without a trailing slash. */
  apiRoot: string;
  /** Directory of a local Bot API server (`--local`), whose files are taken by path; null: fetched over HTTP. */
  localDir: string | null;
  tasksDir: string;
  /** Bytes; a file that turns out larger is given up. */
  largest: number;
}

export interface Wanted {
  taskId: TaskId;
  fileId: string;
  extension: string;
}

export interface FetchContext {
  signal: AbortSignal;
  /** The done fraction, 0–1. */
  onProgress?: (fraction: number) => void;
}

/** With the waits between them about two minutes: an outage of Telegram that short is not the user's business. */
const mostAttempts = 10;

/**
 * Brings a file from Telegram into the task folder under the name of a source, written under another name and renamed.
 * @throws {TaskError} `file-expired`, `too-big`, `no-space`, `no-such-file` where the network fails for good
 */
export const fetchFile = async (source: FileSource, wanted: Wanted, context: FetchContext): Promise<string> => {
  const folder = await createTaskFolder(source.tasksDir, wanted.taskId);
  const name = sourceName(`.${wanted.extension}`);
  if (await folder.has(name)) return name;
  for (let attempt = 1; ; attempt += 1) {
    context.signal.throwIfAborted();
    try {
      await attemptFetch(source, { folder, name, fileId: wanted.fileId }, context);
      return name;
    } catch (error) {
      context.signal.throwIfAborted();
      const wait = waitAfter(error, attempt);
      if (wait === null) throw error;
      if (attempt >= mostAttempts) {
        throw new TaskError('no-such-file', 'The file could not be fetched from Telegram.', { cause: error });
      }
      await pause(wait, undefined, { signal: context.signal });
    }
  }
};

/** Milliseconds until the next attempt; null where another would end the same way. */
const waitAfter = (error: unknown, attempt: number): number | null => {
  if (error instanceof TaskError) return null;
  const verdict = judge(error);
  if (verdict.kind === 'wait') return verdict.milliseconds;
  return verdict.kind === 'again' ? backOff(attempt) : null;
};

const attemptFetch = async (
  source: FileSource,
  { folder, name, fileId }: { folder: TaskFolder; name: string; fileId: string },
  context: FetchContext,
): Promise<void> => {
  const file = await source.api.getFile(fileId, context.signal as never).catch((error: unknown) => {
    throw asTaskError(error, source.largest);
  });
  if (file.file_size !== undefined && file.file_size > source.largest) throw tooBig(source.largest);
  if (file.file_path === undefined) throw new TaskError('file-expired', 'Telegram no longer has this file.');
  if (source.localDir !== null) {
    await adoptLocal({ localDir: source.localDir, path: file.file_path, folder, name, largest: source.largest });
    return;
  }
  const temporary = folder.temporary(name);
  try {
    await download(source, { path: file.file_path, size: file.file_size ?? null, temporary }, context);
    await folder.adopt(temporary, name);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageError(error);
  }
};

const download = async (
  source: FileSource,
  { path, size, temporary }: { path: string; size: number | null; temporary: string },
  context: FetchContext,
): Promise<void> => {
  const response = await fetch(`${source.apiRoot}/file/bot${source.token}/${path}`, { signal: context.signal });
  if (response.status === 404) throw new TaskError('file-expired', 'Telegram no longer has this file.');
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`The download answered ${response.status}`);
  }
  let received = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > source.largest) {
        done(tooBig(source.largest));
        return;
      }
      if (size !== null && size > 0) context.onProgress?.(Math.min(1, received / size));
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body as never), count, createWriteStream(temporary, { flags: 'wx' }), {
    signal: context.signal,
  });
  if (size !== null && received < size) throw new Error(`The download broke off after ${received} of ${size} bytes`);
};

const tooBig = (largest: number): TaskError =>
  new TaskError('too-big', 'The file is too big.', { params: { limit: largest } });

const asTaskError = (error: unknown, largest: number): unknown => {
  if (!(error instanceof GrammyError) || error.error_code !== 400) return error;
  if (/too big/i.test(error.description)) return tooBig(largest);
  return new TaskError('file-expired', 'Telegram no longer has this file.', { cause: error });
};
