import { TaskError, type TaskErrorCode, taskErrorKind } from '@whisper-bot/task';
import { z } from 'zod';
import { HttpError } from '../web/http-error.js';
import { isUnavailable } from '../web/unavailable.js';

/** What an answer says of an error, in OpenAI's shape. */
export const errorSchema = z.object({
  error: z.object({
    message: z.string().describe('one sentence'),
    type: z.enum(['invalid_request_error', 'rate_limit_exceeded', 'server_error']),
    param: z.string().nullable().describe('the field that is wrong'),
    code: z.string().nullable().describe('for programs'),
  }),
});
export type ErrorBody = z.infer<typeof errorSchema>;

export interface ApiErrorDetails {
  code?: string;
  param?: string;
  /** Seconds after which it may work. */
  retryAfter?: number;
  cause?: unknown;
}

/** A refusal with its status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    message: string,
    readonly details: ApiErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
  }

  get body(): ErrorBody {
    const { code = null, param = null } = this.details;
    const type =
      this.status === 429 ? 'rate_limit_exceeded' : this.status < 500 ? 'invalid_request_error' : 'server_error';
    return { error: { message: this.message, type, param, code } };
  }
}

/** What an error says beside the status: which field is at fault (`file` where nothing else is), and when to come back. */
const details: Partial<Record<TaskErrorCode, ApiErrorDetails>> = {
  'unknown-model': { param: 'model', code: 'model_not_found' },
  'damaged-model': { param: 'model' },
  'model-language': { param: 'model' },
  'unknown-language': { param: 'language' },
  'no-space': { retryAfter: 60 },
  'invalid-request': {},
};

/** Why a task failed, or an upload was not taken. */
export const errorOfCode = (code: TaskErrorCode, message: string): ApiError => {
  const { httpStatus } = taskErrorKind(code);
  const fault: ApiErrorDetails = httpStatus === 400 || httpStatus === 413 ? { param: 'file' } : {};
  return new ApiError(httpStatus, message, { code: code.replaceAll('-', '_'), ...(details[code] ?? fault) });
};

/** Whatever was thrown on the way to an answer. */
export const toApiError = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error;
  if (error instanceof TaskError) {
    // Nothing was accepted: what could not be stored may be a minute later.
    if (error.code === 'internal') return new ApiError(503, error.message, { retryAfter: 60, cause: error });
    return errorOfCode(error.code, error.message);
  }
  if (error instanceof HttpError && error.status === 408) {
    return new ApiError(408, 'The upload was too slow.', { code: 'too_slow', param: 'file' });
  }
  if (isUnavailable(error)) {
    return new ApiError(503, 'A part of the server is away at the moment.', {
      code: 'away',
      retryAfter: 10,
      cause: error,
    });
  }
  // Express's own: a path that cannot be decoded.
  if (error instanceof URIError) return new ApiError(400, 'The path is not understood.', { code: 'invalid_path' });
  return new ApiError(500, 'Something went wrong; it is in the log.', { code: 'internal', cause: error });
};
