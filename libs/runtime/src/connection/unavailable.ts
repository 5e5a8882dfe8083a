import pRetry from 'p-retry';
import { usual } from './pause.js';

/** Of the system's calls, and of PostgreSQL (appendix A of its manual): no connection, shutting down, starting, too many clients. */
const codes =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08\w{3}|57P0\d|53[34]00|55000|25006)$/;
/** What has no code: ioredis, pg, and what Redis answers while it loads, is full, or is no longer the master. */
const sentences =
  /max retries per request|connection is closed|command timed out|connection terminated|query read timeout|timeout exceeded when trying to connect|postgresql is away|socket closed|ECONN|ETIMEDOUT|OOM command|MISCONF|READONLY|LOADING|MASTERDOWN|not currently accepting connections/i;

/** Whether an error, or what it was caused by, says that Redis or PostgreSQL cannot be worked with right now: waiting helps. */
export const isUnavailable = (error: unknown): boolean => {
  if (typeof error === 'string') return sentences.test(error);
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && codes.test(error.code)) return true;
  if (sentences.test(error.message)) return true;
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  return error.cause !== undefined && error.cause !== error && isUnavailable(error.cause);
};

export interface WhileAwayOptions {
  signal: AbortSignal;
  /** Called for each call that found a neighbour away. */
  onUnavailable(error: unknown): void;
  /** Milliseconds after which the error is thrown all the same; default an hour. */
  patience?: number;
}

/** Makes a call again while a neighbour is away, with growing pauses; what fails for another reason is thrown at once. */
export const whileUnavailable = <T>(
  call: () => Promise<T>,
  { signal, onUnavailable, patience = 3_600_000 }: WhileAwayOptions,
): Promise<T> =>
  pRetry(call, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: usual.first / 2,
    maxTimeout: usual.longest,
    randomize: true,
    maxRetryTime: Math.max(0, patience),
    signal,
    shouldRetry: ({ error }) => {
      if (isUnavailable(error)) onUnavailable(error);
      return isUnavailable(error);
    },
  });
