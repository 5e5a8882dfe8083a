import { type Task, TaskError, type TaskFolder, type TaskId, type TaskState } from '@whisper-bot/task';
import type { Job } from 'bullmq';
import type { OfTask, Payload, QueueName, WorkQueue } from '../catalogue.js';
import type { PipelineContext } from '../context.js';
import type { StageDetails } from '../contract.js';
import { partOf, removeDeadLetter, reportFailure } from '../dead-letter/dead-letter.js';
import { lockLost, Postponed, type Run, type Served, type ServeOptions, serveQueue } from '../queue/serve.js';
import { observeRun } from '../state/event.js';
import { keepFailure, toFailure, toJobError } from '../state/failure.js';
import { recordChange } from '../state/state-change.js';
import { jobKey, type Running, report } from '../state/task-state.js';
import { addFlow, type Planned } from './flow.js';
import { createReporter, quietly } from './progress.js';
import type { RateName } from './throughput.js';

/** What a stage works with. */
export interface StageCall<P> {
  payload: P;
  task: Task;
  folder: TaskFolder;
  /** Aborts on cancel, on a lost lock, and when the worker closes. */
  signal: AbortSignal;
  /** 1 for the first. */
  attempt: number;
  /** The done fraction, 0–1; may be called as often as one likes. */
  report(fraction: number): void;
  /** A sentence for the operator, shown with the job; never a word of the transcript. */
  log(line: string): void;
  /** What the stage found out, for analytics. */
  note(details: StageDetails): void;
  /** Reserves disk space for a recording of so many seconds once it is decoded. Throws TaskError `no-space`. */
  reserve(seconds: number): Promise<void>;
  /** Seconds of work a second of audio took, for estimates. */
  measured(name: RateName, secondsPerSecond: number): void;
}

/** The bodies of the stages: one for each queue of work, or it does not compile. */
export type StageHandlers = {
  [K in WorkQueue]: (call: StageCall<Payload<K>>) => Promise<K extends 'prepare' ? Planned : void>;
};

const stateOf: Record<WorkQueue, TaskState> = {
  prepare: 'preparing',
  diarize: 'running',
  transcribe: 'running',
  merge: 'running',
};

/** Works one stage's queue. */
export const serveStage = <K extends WorkQueue>(
  context: PipelineContext,
  name: K,
  handler: StageHandlers[K],
  options: ServeOptions = {},
): Served =>
  serveQueue(
    context,
    name,
    (job, payload, run) =>
      runPart(context, { queue: name, job, payload, run, state: stateOf[name] }, async (call) => {
        const result = await handler(call as StageCall<Payload<K>>);
        call.signal.throwIfAborted();
        if (name !== 'prepare') return;
        await addFlow(context, { ...call, revision: payload.revision }, result as Planned);
        // It is decoded: the rest takes next to nothing.
        quietly(context, context.reservations.release(payload.taskId));
      }),
    { ...options, onDead: (job) => reportFailure(context, name, job) },
  );

export interface PartRun<P> {
  queue: QueueName;
  job: Job;
  payload: P;
  run: Run;
  state: TaskState;
}

/** A run with what its steps share. */
interface StartedRun<P> extends PartRun<P> {
  running: Running;
  observed: ReturnType<typeof observeRun>;
  /** Settles once Redis knows of the start. */
  begun: Promise<void>;
}

/** Runs one job of a task: start, load, run, and on failure settle. Throws what BullMQ makes a retry or an end of. */
export const runPart = async <P extends OfTask>(
  context: PipelineContext,
  part: PartRun<P>,
  body: (call: StageCall<P>) => Promise<void>,
): Promise<void> => {
  const started = startPart(context, part);
  try {
    await runBody(context, started, body);
  } catch (error) {
    throw await settleFailure(context, started, error);
  }
  started.observed.end('finished');
  // Later stages report the rest; the end of one chunk is reported only among several.
  if (hasSiblings(part.payload))
    quietly(context, report(context.connection, started.running, { fraction: 1, state: '', starting: false }));
};

const startPart = <P extends OfTask>(context: PipelineContext, part: PartRun<P>): StartedRun<P> => {
  const { job, payload } = part;
  const place = partOf(part.queue, payload as { chunk?: unknown });
  const running: Running = {
    ...payload,
    ...place,
    tag: job.opts.priority ?? 0,
    job: jobKey(context.connection, part.queue, job.id ?? ''),
  };
  const chunk = 'chunk' in payload ? Number(payload.chunk) : 0;
  const observed = observeRun(context, { job, taskId: payload.taskId, stage: place.stage, chunk });
  const begun = begin(context, part, running);
  quietly(context, begun);
  return { ...part, running, observed, begun };
};

/** Loads the task and runs the body under a reporter, which aborts a cancelled task's run. */
const runBody = async <P extends OfTask>(
  context: PipelineContext,
  { job, payload, run, running, observed, begun }: StartedRun<P>,
  body: (call: StageCall<P>) => Promise<void>,
): Promise<void> => {
  // Nothing cancelled is delivered; an engine is stopped as well a moment after it has started.
  if (running.part === 'deliver') {
    await begun;
    run.signal.throwIfAborted();
  }
  const { task, folder } = await context.tasks.get(payload.taskId, payload.revision);
  observed.start(task);
  const reporter = createReporter(context, running, job, (state) => {
    const ended = endOf(state);
    if (ended !== null) run.abort(ended);
  });
  try {
    await body({
      payload,
      task,
      folder,
      signal: run.signal,
      attempt: job.attemptsMade + 1,
      report: (fraction) => {
        observed.progress(fraction);
        reporter.report(fraction);
      },
      note: observed.note,
      log: (line) => quietly(context, job.log(line)),
      reserve: (seconds) => reserveSpace(context, payload.taskId, seconds),
      measured: (rate, value) => quietly(context, context.rates.remember(rate, value)),
    });
    // What a run that makes good has cleared away must be gone before it ends. A first one has nothing to clear, and the
    // connection keeps the order: waiting would cost a short job half its time.
    if (job.attemptsStarted > 1) await begun;
    run.signal.throwIfAborted();
  } finally {
    reporter.stop();
  }
};

/** Records why a run failed; resolves to what its job is to fail with. */
const settleFailure = async <P extends OfTask>(
  context: PipelineContext,
  { job, payload, run, running, observed, begun }: StartedRun<P>,
  error: unknown,
): Promise<Error> => {
  await begun.catch(() => undefined);
  const { aborted } = run.signal;
  // An abort is reported with its reason, whatever the engine threw.
  const reason: unknown = aborted ? run.signal.reason : error;
  if (!aborted && waitsForSpace(reason, job)) {
    context.log.warn({ task_id: payload.taskId, part: running.part, err: reason }, 'stage waits: no disk space');
    return new Postponed(5 * context.connection.options.retryDelay, { cause: reason });
  }
  // Cancelled, put back or taken over: no attempt failed.
  if (!aborted) observed.end('failed', reason);
  const jobError = toJobError(reason);
  const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
  if (!aborted && (last || jobError.name === 'UnrecoverableError'))
    await keepFailure(context.connection, payload.taskId, running.part, toFailure(reason));
  context.log.warn(
    {
      task_id: payload.taskId,
      stage: running.stage,
      part: running.part,
      attempt: job.attemptsMade + 1,
      last,
      // The cause may quote the recording: it lies with the dead letter, which is erased with its task.
      code: toFailure(reason).code,
    },
    'stage failed',
  );
  return jobError;
};

/**
 * Reports the start of a part and acts on the answer: a cancelled task's run is aborted, the dead letter of a job that
 * runs again is removed, a change of state is recorded.
 */
const begin = async <P extends OfTask>(
  context: PipelineContext,
  { job, payload, run, state }: PartRun<P>,
  running: Running,
): Promise<void> => {
  // Merging takes too little time to report; it is reported only where it runs again.
  if (running.part === 'merge' && job.attemptsStarted === 1) return;
  const started = await report(context.connection, running, { fraction: 0, state, starting: true });
  const ended = endOf(started.state);
  if (ended !== null) {
    run.abort(ended);
    return;
  }
  if (started.changed) {
    // Only a task's end is waited for; the connection keeps the order.
    const change = { taskId: payload.taskId, state, at: Date.now() };
    quietly(context, recordChange(context, change, `${running.part}-r${payload.revision}-${job.attemptsStarted}`));
  }
  if (started.resumed) await removeDeadLetter(context, job.id ?? '');
};

/** Milliseconds for which an accepted recording waits for free disk space before its attempts count: other tasks end, operators act. */
const spacePatience = 10 * 60_000;
const waitsForSpace = (reason: unknown, { timestamp }: Job): boolean =>
  reason instanceof TaskError && reason.code === 'no-space' && Date.now() - timestamp < spacePatience;

/** Without Redis no one can be asked, and the work goes on: the disk itself is looked at before it is written to. */
const reserveSpace = async (context: PipelineContext, id: TaskId, seconds: number): Promise<void> => {
  try {
    await context.reservations.reserve(id, { incoming: 0, bytes: null, seconds }, 'task');
  } catch (error) {
    if (error instanceof TaskError && error.code === 'no-space') throw error;
    context.log.warn({ task_id: id, err: error }, 'disk reservation failed');
  }
};

const hasSiblings = (payload: OfTask): boolean => 'chunks' in payload && Number(payload.chunks) > 1;

/** Why a run ends early, by what a report is answered; null where it goes on. */
const endOf = (state: TaskState | 'gone'): Error | null =>
  state === 'cancelled' ? cancelledError() : state === 'gone' ? lockLost() : null;

export const cancelledError = (): TaskError => new TaskError('cancelled', 'The task was cancelled.');
