import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { cutText, isCleanText, sourceName, storageError, TaskError, type TaskFolder } from '@whisper-bot/task';
import { FormError, type FormFile, receiveForm } from '../web/multipart.js';
import type { UploadTimeouts } from '../web/upload-timeout.js';
import type { Settings } from './setting.js';

/** What bounds an upload. */
export interface UploadOptions {
  tasksDir: string;
  /** Bytes. */
  maxFileSize: number;
  /** How slow the sender of a recording may be, where it differs from the usual. */
  uploadTimeouts: Partial<UploadTimeouts>;
}

/** Bytes: what the administrator set, within what the environment allows. */
export const uploadLimit = ({
  settings,
  options,
}: {
  settings: Settings;
  options: Pick<UploadOptions, 'maxFileSize'>;
}): number => Math.min(options.maxFileSize, settings.get('uploadMegabytes') * 1e6);

export interface ReceiveOptions {
  /** Where the file goes, under the name of a source. */
  folder: TaskFolder;
  maxBytes: number;
  /** Called with the fields so far before anything of the file is written; what it throws ends the upload. */
  onFile?: (fields: URLSearchParams) => void;
  timeouts: Partial<UploadTimeouts>;
}

export interface Upload {
  /** A name may stand in it more than once. */
  fields: URLSearchParams;
  /** Null where the form held none. */
  file: { name: string; title: string; bytes: number } | null;
}

/**
 * Streams a form with one recording to disk. Throws TaskError `too-big`, `no-space`, `empty-file`, `invalid-request`, HttpError 408,
 * and what `onFile` throws.
 */
export const receiveUpload = async (
  request: IncomingMessage,
  { folder, maxBytes, onFile = () => {}, timeouts }: ReceiveOptions,
): Promise<Upload> => {
  try {
    return await receiveForm(request, {
      maxBytes,
      timeouts,
      keep: (file, fields) => {
        onFile(fields);
        return writeSource(file, folder);
      },
    });
  } catch (error) {
    throw error instanceof FormError ? asTaskError(error, maxBytes) : error;
  }
};

const asTaskError = (error: FormError, limit: number): TaskError =>
  error.fault === 'too-big'
    ? new TaskError('too-big', 'The file is larger than allowed.', { params: { limit } })
    : new TaskError('invalid-request', 'The upload is not understood.', { cause: error.cause });

/** Settles when the file is closed, whatever comes. */
const writeSource = async (
  { stream, title, signal }: FormFile,
  folder: TaskFolder,
): Promise<NonNullable<Upload['file']>> => {
  if (!isCleanText(title)) {
    throw new TaskError('invalid-request', 'The name of the file holds a character that no text has (U+0000).');
  }
  const name = sourceName(title);
  const half = folder.temporary(name);
  const sink = createWriteStream(half, { flags: 'wx' });
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  try {
    await pipeline(stream, sink, { signal });
  } catch (error) {
    if (!sink.closed) await new Promise<void>((resolve) => sink.once('close', () => resolve()));
    throw storageError(error);
  }
  if (stream.truncated === true) throw new FormError('too-big');
  if (bytes === 0) throw new TaskError('empty-file', 'The file is empty.');
  await folder.adopt(half, name);
  return { name, title: cutText(title, 255), bytes };
};
