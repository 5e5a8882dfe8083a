import { randomUUID } from 'node:crypto';
import type { KeyRow } from '@whisper-bot/store';
import type { Request, Response } from 'express';
import type { Answer, Handler, RequestContext } from '../web/request-context.js';
import { dropBody } from '../web/upload-timeout.js';
import type { ApiDeps } from './deps.js';
import { ApiError, toApiError } from './error.js';

/** One request of a program, whose handler works with these parts of the API. */
export interface ApiCall<Parts extends keyof ApiDeps = never> {
  deps: Pick<ApiDeps, Parts>;
  request: Request;
  response: Response;
  key: KeyRow;
  /** Whose the tasks are, for fairness and for who may see them: `key:{id}`. */
  owner: string;
  /** Aborts when the client goes away before it has its answer. */
  gone: AbortSignal;
}

export type ApiHandler<Parts extends keyof ApiDeps = never> = (
  call: ApiCall<Parts>,
  context: RequestContext,
) => Promise<Answer>;
/** A request, with what letting it in takes as well. */
export type ApiContext<Parts extends keyof ApiDeps> = RequestContext<Pick<ApiDeps, Parts | KeyParts | RefusalParts>>;
type KeyParts = 'keys' | 'admission';
type RefusalParts = 'logger' | 'options';
/** What a refusal is written with. */
export type RefusalDeps = Pick<ApiDeps, RefusalParts>;

/** Lets in who shows a key, within its limits; all errors are answered in OpenAI's shape. */
export const forKey =
  <Parts extends keyof ApiDeps>(handler: ApiHandler<Parts>): Handler<ApiContext<Parts>> =>
  async (context) => {
    const { deps, request, response } = context;
    const left = new AbortController();
    // OpenAI's clients show it as `_request_id`; where a task is made it becomes the task's.
    response.set('x-request-id', randomUUID());
    response.once('close', () => {
      if (!response.writableFinished) left.abort(new Error('The client went away.'));
    });
    try {
      const key = await authenticate(deps, request.headers.authorization);
      await deps.admission.request(key);
      return await handler({ deps, request, response, key, owner: `key:${key.id}`, gone: left.signal }, context);
    } catch (error) {
      if (left.signal.aborted) return { kind: 'sent' };
      return refuse(context, error);
    }
  };

const authenticate = async (deps: Pick<ApiDeps, 'keys'>, header = ''): Promise<KeyRow> => {
  const given = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(header)?.[1];
  if (given === undefined) {
    throw new ApiError(401, 'There is no API key: send it as "Authorization: Bearer …".', { code: 'missing_api_key' });
  }
  const key = await deps.keys.find(given);
  if (key === null) throw noSuchKey();
  return key;
};

export const noSuchKey = (): ApiError =>
  new ApiError(401, 'This API key is wrong or revoked.', { code: 'invalid_api_key' });

/** The answer to whatever went wrong; the cause goes to the log alone. */
export const refuse = (
  { deps, request, response }: Pick<RequestContext<RefusalDeps>, 'deps' | 'request' | 'response'>,
  thrown: unknown,
): Answer => {
  const error = toApiError(thrown);
  const { retryAfter } = error.details;
  if (error.status >= 500)
    deps.logger.error(
      { err: error.cause ?? error, path: request.path, request_id: response.get('x-request-id') },
      'API request failed',
    );
  // Of a refused upload nothing more is read than it takes to be heard.
  dropBody(request, deps.options.uploadTimeouts);
  if (response.headersSent) {
    response.end();
    return { kind: 'sent' };
  }
  if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter));
  if (error.status === 401) response.set('WWW-Authenticate', 'Bearer');
  return { kind: 'json', status: error.status, body: error.body };
};
