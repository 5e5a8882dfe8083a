import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Compresses answers for clients that accept it. Not what is streamed live, which would wait in the compressor, nor a part of
 * a file, whose bytes are counted.
 */
export const compressed: RequestHandler = compression({
  filter: (request, response) =>
    response.statusCode !== 206 &&
    !String(response.getHeader('Content-Type')).startsWith('text/event-stream') &&
    compression.filter(request, response),
});
