import type { Response } from 'express';

/** Server-sent events. */
export interface EventStream {
  /** One event; its name only where the reader's dispatch goes by names. */
  send(data: unknown, name?: string): void;
  /** As OpenAI ends its streams. */
  done(): void;
}

export const eventStreamType = 'text/event-stream; charset=utf-8';

/** Milliseconds between two comments, which keep proxies and clients from giving up. */
const beat = 10_000;

/** Opens the stream; comments keep it alive until the response ends. */
export const openEventStream = (response: Response): EventStream => {
  response.writeHead(200, { 'Content-Type': eventStreamType, 'X-Accel-Buffering': 'no' });
  response.flushHeaders();
  const timer = setInterval(() => response.write(': still here\n\n'), beat);
  response.once('close', () => clearInterval(timer));
  return {
    send: (data, name) =>
      void response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`),
    done: () => {
      clearInterval(timer);
      response.end('data: [DONE]\n\n');
    },
  };
};
