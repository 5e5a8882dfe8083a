import type { ErrorRequestHandler, RequestHandler } from 'express';
import { sendAnswer } from '../web/answer.js';
import { HttpError } from '../web/http-error.js';
import { type RefusalDeps, refuse } from './call.js';
import { ApiError } from './error.js';
import { apiRoutes } from './route.js';

/** Methods that a path answers to, as `Allow` lists them; empty where there is no such path. */
const methodsOf = (path: string): string[] => {
  const methods = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  if (methods.length === 0) return [];
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
};

const routes = apiRoutes.map(({ method, path }) => ({
  method: method.toUpperCase(),
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}/?$`, 'i'),
}));

/**
 * What no row of the table answers below `/v1`: programs get their shape of errors, never a page. There is no CORS: a key
 * within a web page is everyone's.
 */
export const answerElsewhere =
  (deps: RefusalDeps): RequestHandler =>
  (request, response) => {
    const path = `${request.baseUrl}${request.path}`;
    const methods = methodsOf(path);
    if (methods.length > 0) response.set('Allow', methods.join(', '));
    if (methods.length > 0 && request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    const doubled = /^\/v1\/v1(\/|$)/i.test(path);
    const error = doubled
      ? new ApiError(404, `There is no ${request.method} ${path}: the base URL ends in /v1 once.`, {
          code: 'unknown_url',
        })
      : methods.length > 0
        ? new ApiError(405, `${path} is not asked by ${request.method}.`, { code: 'method_not_allowed' })
        : new ApiError(404, `There is no ${request.method} ${path}.`, { code: 'unknown_url' });
    sendAnswer({ response }, refuse({ deps, request, response }, error));
  };

/** Where OpenAI's clients ask; none of these is a page of ours. */
const clientPaths =
  /^\/(?:openai\/|api\/v1\/)?(?:audio|chat|completions|embeddings|responses|files|images|moderations|engines)(?:\/|$)/i;
/** Asked with a token by others than clients of the API. */
const ownTokens = /^\/(?:metrics|healthz|readyz)$/i;

/** A client whose base URL lacks `/v1` gets an API error that says so, not a page to sign in. */
export const answerMissingBase =
  (deps: RefusalDeps): RequestHandler =>
  (request, response, next) => {
    const { path, method, headers } = request;
    // A browser behind a proxy that signs people in may carry a token too: it has cookies, and wants pages.
    const isProgram =
      /^Bearer /i.test(headers.authorization ?? '') &&
      headers.cookie === undefined &&
      !/text\/html/i.test(headers.accept ?? '') &&
      !ownTokens.test(path);
    if (/^\/v1(\/|$)/i.test(path) || !(isProgram || clientPaths.test(path))) return next();
    const base = `${request.protocol}://${request.host ?? ''}/v1`;
    const error = new ApiError(404, `There is no ${method} ${path}: the API is below /v1. The base URL is ${base}.`, {
      code: 'unknown_url',
    });
    sendAnswer({ response }, refuse({ deps, request, response }, error));
  };

/** U+0000 stands in no text and no store takes it: refused before anything is looked up. */
export const refuseNul =
  (deps: RefusalDeps): RequestHandler =>
  (request, response, next) => {
    if (!/%00/i.test(request.url)) return next();
    if (!/^\/v1(\/|$)/i.test(request.path)) return next(new HttpError(400));
    const error = new ApiError(400, 'The address holds a character that no text has (U+0000).', {
      code: 'invalid_text',
    });
    sendAnswer({ response }, refuse({ deps, request, response }, error));
  };

/** What goes wrong below `/v1` before a handler is reached. */
export const answerErrors =
  (deps: RefusalDeps): ErrorRequestHandler =>
  (error, request, response, _next) =>
    sendAnswer({ response }, refuse({ deps, request, response }, error));
