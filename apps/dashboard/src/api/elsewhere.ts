import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Desk } from '../desk.js';
import { sendAnswer } from '../http/answer.js';
import { refuse } from './call.js';
import { ApiError } from './error.js';
import { apiRoutes } from './route.js';

/** Methods that a path answers to, as `Allow` tells them; empty where there is no such path. */
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
 * within a web page is everybody's.
 */
export const answerElsewhere =
  (desk: Desk): RequestHandler =>
  (request, response) => {
    const path = `${request.baseUrl}${request.path}`;
    const methods = methodsOf(path);
    if (methods.length > 0) response.set('Allow', methods.join(', '));
    if (methods.length > 0 && request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    const error =
      methods.length > 0
        ? new ApiError(405, `${path} is not asked by ${request.method}.`, { code: 'method_not_allowed' })
        : new ApiError(404, `There is no ${request.method} ${path}.`, { code: 'unknown_url' });
    sendAnswer({ response }, refuse({ desk, request, response }, error));
  };

/** What goes wrong below `/v1` before a handler is reached. */
export const answerErrors =
  (desk: Desk): ErrorRequestHandler =>
  (error, request, response, _next) =>
    sendAnswer({ response }, refuse({ desk, request, response }, error));
