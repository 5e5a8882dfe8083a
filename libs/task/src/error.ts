/** What follows from an error, wherever it is shown or handled. */
export interface TaskErrorKind {
  /** Whether another attempt of the job may succeed; where not, it fails at once (BullMQ's UnrecoverableError). */
  retryable: boolean;
  /** Whether a person is offered a retry: false where the same recording is certain to fail again. */
  userMayRetry: boolean;
  /** Status of an HTTP answer that reports it. */
  httpStatus: 400 | 404 | 409 | 410 | 413 | 500 | 503 | 507;
  /** The error whose sentence a person reads, where the code's own would mean nothing to them. */
  shownAs?: 'internal';
}

/** The recording itself is at fault: nothing helps but another recording. */
const recording = { retryable: false, userMayRetry: false, httpStatus: 400 } as const;
/** An engine is at fault: the next attempt, or the operator, may help. */
const engine = { retryable: true, userMayRetry: true, httpStatus: 500 } as const;

/**
 * Why a task cannot go on, and what follows from it. The code is what is translated (in libs/text: `error-{code}` of the bot,
 * `errors` of the dashboard) and what metrics are grouped by; a TaskError's sentence is English, for a person; its
 * cause is for the operator.
 */
const taskErrorCatalogue = {
  'no-such-file': { retryable: false, userMayRetry: true, httpStatus: 400 },
  'empty-file': recording,
  'not-media': recording,
  'no-audio-track': recording,
  'damaged-media': recording,
  'unsafe-media': recording,
  'too-long': recording,
  'too-big': { ...recording, httpStatus: 413 },
  'unknown-model': { retryable: false, userMayRetry: true, httpStatus: 404 },
  /** Missing or damaged files: they can be added again. */
  'damaged-model': { retryable: false, userMayRetry: true, httpStatus: 500 },
  /** The model does not know the language that is spoken. */
  'model-language': { retryable: false, userMayRetry: true, httpStatus: 400 },
  'unknown-language': { retryable: false, userMayRetry: true, httpStatus: 400 },
  'file-expired': { ...recording, httpStatus: 410 },
  cancelled: { ...recording, httpStatus: 409 },
  'engine-missing': { ...engine, shownAs: 'internal' },
  'engine-crashed': engine,
  'engine-hung': engine,
  'engine-memory': engine,
  'time-limit': engine,
  'no-space': { retryable: true, userMayRetry: true, httpStatus: 507 },
  'path-outside': { retryable: false, userMayRetry: true, httpStatus: 400, shownAs: 'internal' },
  'invalid-request': { retryable: false, userMayRetry: true, httpStatus: 400, shownAs: 'internal' },
  internal: engine,
} as const satisfies Record<string, TaskErrorKind>;

export type TaskErrorCode = keyof typeof taskErrorCatalogue;
export const taskErrorCodes = Object.keys(taskErrorCatalogue) as [TaskErrorCode, ...TaskErrorCode[]];

/** What follows from an error of that code. */
export const taskErrorKind = (code: TaskErrorCode): TaskErrorKind => taskErrorCatalogue[code];

/** Codes whose sentence a person reads. */
export type ShownErrorCode = {
  [Code in TaskErrorCode]: (typeof taskErrorCatalogue)[Code] extends { shownAs: string } ? never : Code;
}[TaskErrorCode];

/** The code whose sentence a person reads for an error. */
export const shownErrorCode = (code: TaskErrorCode): ShownErrorCode => {
  const kind: TaskErrorKind = taskErrorCatalogue[code];
  return kind.shownAs ?? (code as ShownErrorCode);
};

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
    return taskErrorCatalogue[this.code].retryable;
  }
}
