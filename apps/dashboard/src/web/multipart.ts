import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { allowLongBody, dropBody, tooSlow, type UploadTimeouts, watchUpload } from './upload-timeout.js';

/** A form that holds more than allowed, or none that is understood. */
export class FormError extends Error {
  override readonly name = 'FormError';
  constructor(
    readonly fault: 'too-big' | 'unreadable',
    cause?: unknown,
  ) {
    super(fault, { cause });
  }
}

/** The file of a form as it comes in. */
export interface FormFile {
  /** Says `truncated` where it went beyond the limit. */
  stream: Readable & { truncated?: boolean };
  /** As the sender calls it. */
  title: string;
  /** Aborts where the upload ends early: what is being written is to be closed, not the stream destroyed. */
  signal: AbortSignal;
}

export interface FormOptions<Kept> {
  /** Of the file. */
  maxBytes: number;
  /** Takes the file, with the fields before it; what it throws ends the upload. Settles when nothing is written any more. */
  keep(file: FormFile, fields: URLSearchParams): Promise<Kept>;
  /** How slow a sender may be. */
  timeouts: Partial<UploadTimeouts>;
}

export interface ReceivedForm<Kept> {
  /** A name may stand in it more than once. */
  fields: URLSearchParams;
  /** Null where the form held none. */
  file: Kept | null;
}

/** Bytes beside the file: fields and boundaries. */
const overhead = 64 * 1024;

/**
 * Streams a form with one file: memory stays bounded, the limit holds before and while the bytes come, and who sends too slowly is
 * cut off. Throws FormError, HttpError 408, and what `keep` throws.
 */
export const receiveForm = async <Kept>(
  request: IncomingMessage,
  options: FormOptions<Kept>,
): Promise<ReceivedForm<Kept>> => {
  try {
    return await receive(request, options);
  } catch (error) {
    dropBody(request, options.timeouts);
    throw error;
  }
};

const receive = async <Kept>(
  request: IncomingMessage,
  { maxBytes, keep, timeouts }: FormOptions<Kept>,
): Promise<ReceivedForm<Kept>> => {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + overhead) throw new FormError('too-big');
  const fields = new URLSearchParams();
  let keeping: Promise<Kept> | null = null;
  const stop = new AbortController();
  let stopWatching: () => void = () => {};
  const parser = openParser(request, maxBytes);
  const failed = new Promise<never>((_resolve, reject) => {
    parser.on('field', (name, value) => fields.append(name, value));
    parser.on('file', (name, stream, title) => {
      if (name !== 'file' || keeping !== null || title === undefined || title === '') {
        stream.resume();
        return;
      }
      stream.once('limit', () => reject(new FormError('too-big')));
      keeping = (async () => keep({ stream, title, signal: stop.signal }, fields))();
      keeping.catch((error: unknown) => {
        stream.resume();
        reject(error);
      });
    });
    parser.on('error', (error) => reject(new FormError('unreadable', error)));
    request.once('aborted', () => reject(new FormError('unreadable', new Error('the sender went away'))));
    allowLongBody(request);
    stopWatching = watchUpload(request, timeouts, () => reject(tooSlow()));
  });
  failed.catch(() => undefined);
  const finished = new Promise<void>((resolve) => parser.once('finish', () => resolve()));
  request.pipe(parser);
  try {
    await Promise.race([finished, failed]);
    return { fields, file: await Promise.race([keeping as Promise<Kept> | null, failed]) };
  } catch (error) {
    request.unpipe(parser);
    // Closes what was being written, so that the folder can go. Destroying the source would not do: where its end has
    // arrived but has not been read, the pipeline then waits for ever.
    stop.abort();
    await Promise.resolve(keeping).catch(() => undefined);
    throw error;
  } finally {
    stopWatching();
  }
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
  if (type === undefined || !isForm(request)) throw new FormError('unreadable', new Error('not a form'));
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': type },
      limits: { fields: 30, fieldSize: 10_000, files: 1, fileSize: maxBytes, parts: 40 },
    });
  } catch (error) {
    throw new FormError('unreadable', error);
  }
};
