/**
 * Why a task cannot go on. The code is what the bot translates and what figures are grouped by; the sentence is
 * English, for a person; the cause is for the operator.
 */
export const taskErrorCodes = [
  'no-such-file',
  'empty-file',
  'not-media',
  'no-audio-track',
  'damaged-media',
  'unsafe-media',
  'too-long',
  'too-big',
  'unknown-model',
  'unknown-language',
  'file-expired',
  'cancelled',
  'engine-missing',
  'engine-crashed',
  'engine-hung',
  'engine-memory',
  'time-limit',
  'no-space',
  'path-outside',
  'invalid-request',
  'internal',
] as const;
export type TaskErrorCode = (typeof taskErrorCodes)[number];

/** Codes that another attempt cannot mend: such a job fails at once (BullMQ's UnrecoverableError). */
const hopeless: ReadonlySet<TaskErrorCode> = new Set([
  'no-such-file',
  'empty-file',
  'not-media',
  'no-audio-track',
  'damaged-media',
  'unsafe-media',
  'too-long',
  'too-big',
  'unknown-model',
  'unknown-language',
  'file-expired',
  'cancelled',
  'path-outside',
  'invalid-request',
]);

export interface TaskErrorOptions {
  /** The underlying error or the operator's detail; never shown to the user. */
  cause?: unknown;
  /** Values for the translated sentence, e.g. `{ limit: '20 MB' }`. */
  params?: Record<string, string | number>;
}

/** An error with one clear sentence for the user (`message`) and a detail for the operator (`cause`). */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly params: Record<string, string | number>;

  constructor(
    readonly code: TaskErrorCode,
    message: string,
    options: TaskErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.params = options.params ?? {};
  }

  /** Whether another attempt may succeed. */
  get retryable(): boolean {
    return !hopeless.has(this.code);
  }
}
