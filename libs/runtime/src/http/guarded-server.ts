import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Stands before every request target: only path and query of the result mean anything. */
const base = 'http://request.invalid';

/** Path and query a request asks for; null where its request line holds none (`*`, an absolute URL, anything unparsable). */
const requestTarget = ({ url = '' }: Pick<IncomingMessage, 'url'>): URL | null => {
  // Appended, not resolved: `//host` is a path here and never another host.
  const absolute = base + url;
  return url.startsWith('/') && URL.canParse(absolute) ? new URL(absolute) : null;
};

type GuardedHandler = (request: IncomingMessage, response: ServerResponse, target: URL) => Promise<void>;

interface GuardedServerOptions {
  /** Called with what the handler throws; the client receives 500, or is cut off in the middle of an answer. */
  onError: (error: unknown) => void;
  /** Milliseconds a whole request may take to arrive; default 30 000. */
  requestTimeout?: number;
}

/**
 * A bare HTTP server that no request can bring down: what throws in a listener of `node:http` ends the process. A request line
 * that cannot be understood is answered with 400. Everything of ours that listens without Express is made by this.
 */
export const createGuardedServer = (
  handler: GuardedHandler,
  { onError, requestTimeout = 30_000 }: GuardedServerOptions,
): Server => {
  const fail = (response: ServerResponse, status: number): void => {
    if (response.headersSent) response.destroy();
    else response.writeHead(status, { connection: 'close' }).end();
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = requestTarget(request);
    if (target === null) return fail(response, 400);
    await handler(request, response, target);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      onError(error);
      fail(response, 500);
    });
  });
  server.requestTimeout = requestTimeout;
  return server;
};
