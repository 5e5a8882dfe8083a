import { TaskError, type TaskErrorCode, type TaskId } from '@whisper-bot/task';
import { UnrecoverableError } from 'bullmq';
import { type Failure, failureSchema, type Part } from '../catalogue.js';
import type { Connection } from '../redis/connection.js';
import { liveKey } from './task-state.js';

/** Any error as data: the user's sentence, the operator's cause, the stack. */
export const toFailure = (error: unknown): Failure => {
  if (error instanceof TaskError) {
    return {
      code: error.code,
      message: error.message,
      params: error.params,
      cause: error.cause === undefined ? '' : describe(error.cause),
      stack: error.stack ?? '',
    };
  }
  return {
    code: 'internal',
    message: 'Something went wrong while working on the recording.',
    params: {},
    cause: describe(error),
    stack: error instanceof Error ? (error.stack ?? '') : '',
  };
};

/** One line for the operator; what BullMQ keeps as `failedReason`. */
export const reasonOf = (failure: Failure): string => `${failure.code}: ${failure.cause || failure.message}`;

/** The one place where an error becomes BullMQ's: what no attempt can fix is not attempted again. */
export const toJobError = (error: unknown): Error => {
  const failure = toFailure(error);
  const hopeless = error instanceof TaskError && !error.retryable;
  const reason = reasonOf(failure);
  const jobError = hopeless ? new UnrecoverableError(reason) : new Error(reason);
  if (failure.stack !== '') jobError.stack = `${reason}${framesOf(failure.stack)}`;
  return jobError;
};

/** A stack without the message it begins with: that one is the user's, and Bull Board shows the operator nothing else. */
const framesOf = (stack: string): string => {
  const first = stack.indexOf('\n    at ');
  return first === -1 ? '' : stack.slice(first);
};

/** A failure known only by its `failedReason`: the process died before it could write more. */
export const fromReason = (reason: string): Failure => {
  const stalled = reason.includes('stalled more than allowable limit');
  const [, code, cause] = /^([a-z-]+): (.*)$/s.exec(reason) ?? [];
  return failureSchema.parse({
    code: stalled ? 'engine-crashed' : (code as TaskErrorCode | undefined),
    message: 'Something went wrong while working on the recording.',
    cause: stalled ? 'The worker died or lost its lock each time it ran this job.' : (cause ?? reason),
  });
};

/** Kept beside the live state until the job has failed or started again: the job itself only keeps one line. */
export const keepFailure = async (connection: Connection, id: TaskId, part: Part, failure: Failure): Promise<void> => {
  await connection.blocking.noteTask(liveKey(connection, id), `failure:${part}`, JSON.stringify(failure));
};

export const keptFailure = async (connection: Connection, id: TaskId, part: Part): Promise<Failure | null> => {
  const text = await connection.blocking.hget(liveKey(connection, id), `failure:${part}`);
  if (text === null) return null;
  const parsed = failureSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
};

const describe = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
