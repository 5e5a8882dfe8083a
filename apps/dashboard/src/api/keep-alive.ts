import type { Request, Response } from 'express';

/**
 * Clients that give up without headers (undici, which npm's `openai` uses, after 300 s whatever its timeout; httpx, which
 * PyPI's uses, after 600 s) and that are known to read on after an interim response. Python's http.client, and
 * with it `requests`, takes one for the answer; it waits without end by itself (docs/adr/0011-waiting-clients.md).
 */
const understands = /^\w*openai\/(?:js|python)\b|^node\b|^undici\b|\bruntime\/node/i;

/**
 * Tells a waiting client every `interval` milliseconds that its answer is still to come, by `102 Processing` (RFC 2518): the status and
 * the body stay free for what becomes of it. Returns how to stop; stops by itself when the response ends.
 */
export const keepWaiting = (
  { httpVersionMajor, httpVersionMinor, headers }: Pick<Request, 'httpVersionMajor' | 'httpVersionMinor' | 'headers'>,
  response: Response,
  interval: number,
): (() => void) => {
  const isTooOld = httpVersionMajor === 1 && httpVersionMinor < 1;
  if (isTooOld || !understands.test(headers['user-agent'] ?? '')) return () => {};
  const timer = setInterval(() => {
    if (!response.headersSent && response.writable) response.writeProcessing();
  }, interval);
  const stop = (): void => clearInterval(timer);
  response.once('close', stop);
  return stop;
};
