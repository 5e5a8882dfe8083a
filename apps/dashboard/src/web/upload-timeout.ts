import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { HttpError } from './http-error.js';

/** How slow a sender may be. */
export interface UploadTimeouts {
  /** Milliseconds without a byte. */
  silence: number;
  /** Milliseconds before the average counts. */
  grace: number;
  /** Least average afterwards: less would hold a connection and a file for days. */
  bytesPerSecond: number;
  /** Milliseconds for all of it. */
  overall: number;
  /** Milliseconds for a body that is no recording: a form, or one that was not asked for. */
  form: number;
  /** Milliseconds a refused sender may go on, so that it can read the answer instead of finding a broken connection. */
  linger: number;
}

/** 8 KiB/s is a poor mobile connection; 2 GB in six hours need 93 kB/s. */
const usual: UploadTimeouts = {
  silence: 30_000,
  grace: 60_000,
  bytesPerSecond: 8192,
  overall: 6 * 3600_000,
  form: 30_000,
  linger: 5000,
};

/** Calls back once where the sender of a request is too slow; returns how to stop watching. */
export const watchUpload = (
  request: IncomingMessage,
  given: Partial<UploadTimeouts>,
  onSlow: () => void,
): (() => void) => {
  const { silence, grace, bytesPerSecond, overall } = { ...usual, ...given };
  const { socket } = request;
  const started = performance.now();
  const first = socket.bytesRead;
  let seen = first;
  let heard = started;
  const interval = Math.min(1000, silence / 4);
  let looked = started;
  const timer = setInterval(() => {
    const now = performance.now();
    // This process itself was stopped or busy: what was sent meanwhile still waits in the socket.
    if (now - looked > 2 * interval) heard = now;
    looked = now;
    if (socket.bytesRead !== seen) {
      seen = socket.bytesRead;
      heard = now;
    }
    const late = (now - started - grace) / 1000;
    const isSlow = now - heard > silence || now - started > overall || seen - first < late * bytesPerSecond;
    if (!isSlow) return;
    clearInterval(timer);
    onSlow();
  }, interval);
  return () => clearInterval(timer);
};

export const tooSlow = (): HttpError => new HttpError(408);

/** Throws away what still comes of a request that has been refused; soon the connection ends, whatever it still sends. */
export const dropBody = (request: IncomingMessage, { linger = usual.linger }: Partial<UploadTimeouts>): void => {
  if (request.complete) return;
  request.resume();
  setTimeout(() => {
    if (!request.complete) request.destroy();
  }, linger).unref();
};

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/**
 * Limits the time of every request body, read or not: one that takes too long is answered with 408 and cut off, and
 * what is still on its way when its answer is out ends soon after. A recording has bounds of its own (`watchUpload`).
 */
export const boundBody =
  (given: Partial<UploadTimeouts>): RequestHandler =>
  (request, response, next) => {
    const hasBody = Number(request.headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;
    if (!hasBody) return next();
    const end = (): void => clearTimeout(deadlines.get(request));
    const late = setTimeout(() => {
      if (request.complete) return;
      if (!response.headersSent) response.set('Connection', 'close').status(408).end();
      dropBody(request, given);
    }, given.form ?? usual.form);
    deadlines.set(request, late);
    request.once('end', end).once('close', end);
    response.once('finish', () => {
      end();
      dropBody(request, given);
    });
    next();
  };

/** The body is a recording and takes its time: from now on its own bounds hold. */
export const allowLongBody = (request: IncomingMessage): void => clearTimeout(deadlines.get(request));
