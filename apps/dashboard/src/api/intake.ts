import { AcceptBusy } from '@whisper-bot/pipeline';
import type { Task, TaskId, TaskOptions } from '@whisper-bot/task';
import { receiveUpload, uploadLimit } from '../domain/upload.js';
import { announcedBytes, isForm } from '../web/multipart.js';
import { dropBody } from '../web/upload-timeout.js';
import type { ApiCall } from './call.js';
import { ApiError } from './error.js';

/** What the fields of an upload ask for. */
export interface Asked<F> {
  fields: F;
  options: TaskOptions;
  origin?: Record<string, unknown>;
}

export interface IntakeOptions<F> {
  /** Throws where a field is wrong. */
  read(fields: URLSearchParams): Promise<Asked<F>>;
  /** The id the task must have; default a new one. */
  id?: TaskId | undefined;
  /** Whether the client was answered before that the task of this id was not accepted; default false. */
  reopen?: boolean;
}

/** Seconds a client may wait before it asks again. */
const later = 60;

/**
 * Takes a recording as it streams in and makes a task of it; what the client leaves half done leaves nothing behind. Throws
 * ApiError, TaskError, HttpError 408.
 */
export const takeRecording = async <F>(
  call: ApiCall<'admission' | 'exclusively' | 'options' | 'pipeline' | 'settings'>,
  { read, id, reopen = false }: IntakeOptions<F>,
): Promise<{ task: Task; fields: F }> => {
  const { deps, request, key, owner, gone } = call;
  requireForm(call);
  requireOpen(call);
  const release = await deps.admission.task(key);
  try {
    const { task, received } = await deps.pipeline.accept({
      channel: 'folder',
      largest: uploadLimit(deps),
      owner,
      ...(id === undefined ? {} : { id, once: deps.exclusively, reopen }),
      source: {
        kind: 'stream',
        bytes: announcedBytes(request, uploadLimit(deps)),
        receive: async (folder) => {
          const upload = await receiveUpload(request, {
            folder,
            maxBytes: uploadLimit(deps),
            timeouts: deps.options.uploadTimeouts,
          });
          if (upload.file === null) {
            throw new ApiError(400, 'There is no file in the form.', { param: 'file', code: 'missing_file' });
          }
          return { ...upload.file, asked: await read(upload.fields) };
        },
      },
      asked: ({ title, asked: { options, origin = {} } }) => {
        gone.throwIfAborted();
        return { title, options, origin: { ...origin, api: true } };
      },
    });
    return { task, fields: received.asked.fields };
  } catch (error) {
    // Where there is no space it was not even begun.
    dropBody(request, deps.options.uploadTimeouts);
    if (error instanceof AcceptBusy) {
      throw new ApiError(409, 'Another request with this Idempotency-Key is under way.', {
        code: 'idempotency_key_in_use',
        retryAfter: 1,
      });
    }
    throw error;
  } finally {
    release();
  }
};

const requireForm = ({ request }: ApiCall): void => {
  if (isForm(request)) return;
  throw new ApiError(400, 'A recording is sent as multipart/form-data, in the field "file".', {
    param: 'file',
    code: 'no_form',
  });
};

const requireOpen = ({ deps }: ApiCall<'settings'>): void => {
  if (!deps.settings.get('uploadsPaused')) return;
  throw new ApiError(503, 'No recordings are taken at the moment.', { code: 'paused', retryAfter: later });
};
