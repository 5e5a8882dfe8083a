import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { cutText, isCleanText, sourceName, storageError, TaskError, type TaskFolder } from '@whisper-bot/task';
import { allowLongBody, dropBody, type Patience, tooSlow, watchPace } from './upload-timeout.js';

export interface UploadOptions {
  /** Where the file goes, under the name of a source. */
  folder: TaskFolder;
  maxBytes: number;
  /** Called with the fields so far before anything of the file is written; what it throws ends the upload. */
  onFile?: (fields: URLSearchParams) => void;
  /** How slow a sender may be. */
  patience?: Partial<Patience>;
}

export interface Upload {
  /** A name may stand in it more than once. */
  fields: URLSearchParams;
  /** Null where the form held none. */
  file: { name: string; title: string; bytes: number } | null;
}

/** Bytes beside the file: fields and boundaries. */
const overhead = 64 * 1024;

/**
 * Streams a form with one file to disk; memory stays bounded, the limit holds before and while the bytes come, and who
 * sends too slowly is cut off. Throws TaskError `too-big`, `no-space`, `empty-file`, `invalid-request`, HttpError 408, and
 * what `onFile` throws.
 */
export const receiveUpload = async (request: IncomingMessage, options: UploadOptions): Promise<Upload> => {
  try {
    return await receive(request, options);
  } catch (error) {
    dropBody(request, options.patience ?? {});
    throw error;
  }
};

const receive = async (
  request: IncomingMessage,
  { folder, maxBytes, onFile = () => {}, patience = {} }: UploadOptions,
): Promise<Upload> => {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + overhead) throw tooBig(maxBytes);
  const fields = new URLSearchParams();
  let file: Upload['file'] = null;
  let writing: Promise<void> = Promise.resolve();
  const stop = new AbortController();
  let stopWatching: () => void = () => {};
  const parser = openParser(request, maxBytes);
  const failed = new Promise<never>((_resolve, reject) => {
    const fail = (error: unknown): void => reject(error);
    parser.on('field', (name, value) => fields.append(name, value));
    parser.on('file', (name, stream, title) => {
      if (name !== 'file' || file !== null || title === undefined || title === '') {
        stream.resume();
        return;
      }
      if (!isCleanText(title)) {
        stream.resume();
        return fail(
          new TaskError('invalid-request', 'The name of the file holds a character that no text has (U+0000).'),
        );
      }
      const target = sourceName(title);
      try {
        onFile(fields);
      } catch (error) {
        stream.resume();
        return fail(error);
      }
      const entry = { name: target, title: cutText(title, 255), bytes: 0 };
      file = entry;
      stream.once('limit', () => fail(tooBig(maxBytes)));
      writing = keep(stream, { folder, target, entry, maxBytes, signal: stop.signal });
      writing.catch(fail);
    });
    parser.on('error', (error) => fail(invalid(error)));
    request.once('aborted', () => fail(invalid(new Error('the sender went away'))));
    allowLongBody(request);
    stopWatching = watchPace(request, patience, () => fail(tooSlow()));
  });
  failed.catch(() => undefined);
  const finished = new Promise<void>((resolve) => parser.once('finish', () => resolve()));
  request.pipe(parser);
  try {
    await Promise.race([finished, failed]);
    await Promise.race([writing, failed]);
  } catch (error) {
    request.unpipe(parser);
    // Closes what was being written, so that the folder can go. Destroying the source would not do: where its end has
    // arrived but has not been read, the pipeline then waits for ever.
    stop.abort();
    await writing.catch(() => undefined);
    throw error;
  } finally {
    stopWatching();
  }
  return { fields, file };
};

/**
 * Bytes of the file, as far as a request announces them; null where it does not. With fields and boundaries it may be a little more
 * than the largest file and still hold one that is not.
 */
export const announcedBytes = ({ headers }: Pick<IncomingMessage, 'headers'>, maxBytes: number): number | null => {
  const length = Number(headers['content-length'] ?? Number.NaN);
  if (!Number.isFinite(length)) return null;
  return length > maxBytes + overhead ? length : Math.min(length, maxBytes);
};

/** Whether a request carries a form with files; media types have no case (RFC 9110, 8.3.1). */
export const isForm = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  /^\s*multipart\/form-data\s*(;|$)/i.test(headers['content-type'] ?? '');

const openParser = (request: IncomingMessage, maxBytes: number) => {
  const headers = request.headers;
  const type = headers['content-type'];
  if (type === undefined || !isForm(request)) throw invalid(new Error('not a form'));
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': type },
      limits: { fields: 30, fieldSize: 10_000, files: 1, fileSize: maxBytes, parts: 40 },
    });
  } catch (error) {
    throw invalid(error);
  }
};

interface Keep {
  folder: TaskFolder;
  target: string;
  /** Counts the bytes. */
  entry: { bytes: number };
  maxBytes: number;
  signal: AbortSignal;
}

/** Settles when the file is closed, whatever comes. */
const keep = async (
  stream: Readable & { truncated?: boolean },
  { folder, target, entry, maxBytes, signal }: Keep,
): Promise<void> => {
  const half = folder.temporary(target);
  const sink = createWriteStream(half, { flags: 'wx' });
  stream.on('data', (chunk: Buffer) => {
    entry.bytes += chunk.length;
  });
  try {
    await pipeline(stream, sink, { signal });
  } catch (error) {
    if (!sink.closed) await new Promise<void>((resolve) => sink.once('close', () => resolve()));
    throw storageError(error);
  }
  if (stream.truncated === true) throw tooBig(maxBytes);
  if (entry.bytes === 0) throw new TaskError('empty-file', 'The file is empty.');
  await folder.adopt(half, target);
};

const tooBig = (limit: number): TaskError =>
  new TaskError('too-big', 'The file is larger than allowed.', { params: { limit } });
const invalid = (cause: unknown): TaskError =>
  new TaskError('invalid-request', 'The upload is not understood.', { cause });
