import { readTask, type Task, TaskError, type TaskFolder, type TaskState, taskFolder } from '@whisper-bot/task';
import type { Job } from 'bullmq';
import type { OfTask, Payload, QueueName, WorkQueue } from './catalogue.js';
import type { PipelineContext } from './context.js';
import { exhume, partOf, reportDeath } from './death.js';
import { keepFailure, toFailure, toJobError } from './failure.js';
import { addFlow, type Planned, type RateName, rememberRate } from './flow.js';
import { type Running, report } from './live.js';
import { type Served, type ServeOptions, serveQueue } from './serve.js';
import { recordChange } from './state-change.js';

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
    (job, payload, signal) =>
      runPart(context, { queue: name, job, payload, signal, state: stateOf[name] }, async (call) => {
        const result = await handler(call as StageCall<Payload<K>>);
        if (name === 'prepare') await addFlow(context, call.task, payload.revision, result as Planned);
      }),
    { ...options, onDead: (job) => reportDeath(context, name, job) },
  );

export interface PartRun<P> {
  queue: QueueName;
  job: Job;
  payload: P;
  signal: AbortSignal;
  state: TaskState;
}

/** Milliseconds between two reports of one job; each also asks whether the task was cancelled. */
const reportInterval = 500;
const heartbeat = 5000;

/** Runs one job of a task: state, progress, cancelling and errors around the body. */
export const runPart = async <P extends OfTask>(
  context: PipelineContext,
  run: PartRun<P>,
  body: (call: StageCall<P>) => Promise<void>,
): Promise<void> => {
  const { job, payload } = run;
  const place = partOf(run.queue, payload as { chunk?: unknown });
  const running: Running = { ...payload, ...place, tag: job.opts.priority ?? 0 };
  try {
    const started = await report(context.connection, running, { fraction: 0, state: run.state, starting: true });
    refuseCancelled(started.state);
    if (started.resumed) await exhume(context, job.id ?? '');
    if (started.changed) {
      await recordChange(
        context,
        { taskId: payload.taskId, state: run.state, at: Date.now() },
        `${place.part}-r${payload.revision}-${job.attemptsStarted}`,
      );
    }
    const folder = taskFolder(context.tasksDir, payload.taskId);
    const task = await readTask(folder, payload.revision);
    const cancelled = new AbortController();
    const signal = AbortSignal.any([run.signal, cancelled.signal]);
    const reporter = createReporter(context, running, job, (state) => {
      if (state === 'cancelled') cancelled.abort(cancelledError());
    });
    try {
      await body({
        payload,
        task,
        folder,
        signal,
        attempt: job.attemptsMade + 1,
        report: reporter.report,
        log: (line) => quietly(context, job.log(line)),
        measured: (rate, value) => quietly(context, rememberRate(context, rate, value)),
      });
      signal.throwIfAborted();
    } finally {
      reporter.stop();
    }
    await report(context.connection, running, { fraction: 1, state: '', starting: false });
  } catch (error) {
    // An abort is told by its reason, however the engine put it.
    const reason: unknown = run.signal.aborted ? run.signal.reason : error;
    const jobError = toJobError(reason);
    const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    if (!run.signal.aborted && (last || jobError.name === 'UnrecoverableError')) {
      await keepFailure(context.connection, payload.taskId, place.part, toFailure(reason));
    }
    context.log.warn(
      {
        task_id: payload.taskId,
        stage: place.stage,
        part: place.part,
        attempt: job.attemptsMade + 1,
        last,
        reason: jobError.message,
      },
      'a stage failed',
    );
    throw jobError;
  }
};

export const cancelledError = (): TaskError => new TaskError('cancelled', 'The task was cancelled.');

const refuseCancelled = (state: TaskState): void => {
  if (state === 'cancelled') throw cancelledError();
};

/** Sends the latest fraction at most twice a second, and every few seconds in any case. */
const createReporter = (context: PipelineContext, running: Running, job: Job, onState: (state: TaskState) => void) => {
  let fraction = 0;
  let sent = performance.now();
  let busy = false;
  const send = (): void => {
    if (busy) return;
    busy = true;
    sent = performance.now();
    const percent = Math.round(100 * fraction);
    const answered = Promise.all([
      report(context.connection, running, { fraction, state: '', starting: false }),
      job.updateProgress(percent),
    ]);
    answered
      .then(([answer]) => onState(answer.state))
      .catch((error: unknown) => context.log.warn({ task_id: running.taskId, err: error }, 'progress was not reported'))
      .finally(() => {
        busy = false;
      });
  };
  const timer = setInterval(send, heartbeat);
  return {
    report: (value: number): void => {
      fraction = Math.max(fraction, Math.min(1, value));
      if (performance.now() - sent >= reportInterval) send();
    },
    stop: (): void => clearInterval(timer),
  };
};

const quietly = (context: PipelineContext, promise: Promise<unknown>): void => {
  promise.catch((error: unknown) => context.log.warn({ err: error }, 'a side note was lost'));
};
