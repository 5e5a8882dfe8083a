import { type Task, TaskError, type TaskFolder, type TaskState, taskFolder } from '@whisper-bot/task';
import type { Job } from 'bullmq';
import type { OfTask, Payload, QueueName, WorkQueue } from './catalogue.js';
import type { PipelineContext } from './context.js';
import type { StageDetails } from './contract.js';
import { exhume, partOf, reportDeath } from './death.js';
import { keepFailure, toFailure, toJobError } from './failure.js';
import { addFlow, type Planned } from './flow.js';
import { type Running, report } from './live.js';
import { observeRun } from './observe.js';
import type { RateName } from './rate.js';
import { createReporter, quietly } from './reporter.js';
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
  /** What the stage found out, for the figures. */
  note(details: StageDetails): void;
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

/** Runs one job of a task: state, progress, cancelling and errors around the body. */
export const runPart = async <P extends OfTask>(
  context: PipelineContext,
  run: PartRun<P>,
  body: (call: StageCall<P>) => Promise<void>,
): Promise<void> => {
  const { job, payload } = run;
  const place = partOf(run.queue, payload as { chunk?: unknown });
  const running: Running = { ...payload, ...place, tag: job.opts.priority ?? 0 };
  const chunk = 'chunk' in payload ? Number(payload.chunk) : 0;
  const observed = observeRun(context, { job, taskId: payload.taskId, stage: place.stage, chunk });
  try {
    // Merging takes no time worth telling; it only has something to say where it runs again.
    const silent = place.part === 'merge' && job.attemptsStarted === 1;
    const started = silent
      ? { state: run.state, changed: false, resumed: false }
      : await report(context.connection, running, { fraction: 0, state: run.state, starting: true });
    refuseCancelled(started.state);
    if (started.resumed) await exhume(context, job.id ?? '');
    if (started.changed) {
      // Only a task's end is waited for; the connection keeps the order.
      const change = { taskId: payload.taskId, state: run.state, at: Date.now() };
      quietly(context, recordChange(context, change, `${place.part}-r${payload.revision}-${job.attemptsStarted}`));
    }
    const folder = taskFolder(context.tasksDir, payload.taskId);
    const task = await context.tasks.get(folder, payload.revision);
    observed.start(task);
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
        report: (fraction) => {
          observed.progress(fraction);
          reporter.report(fraction);
        },
        note: observed.note,
        log: (line) => quietly(context, job.log(line)),
        measured: (rate, value) => quietly(context, context.rates.remember(rate, value)),
      });
      signal.throwIfAborted();
    } finally {
      reporter.stop();
    }
    observed.end('finished');
    // What follows tells the rest; only among several chunks does the end of one say something.
    if (hasSiblings(payload))
      quietly(context, report(context.connection, running, { fraction: 1, state: '', starting: false }));
  } catch (error) {
    // An abort is told by its reason, however the engine put it.
    const reason: unknown = run.signal.aborted ? run.signal.reason : error;
    // Cancelled, put back or taken over: no attempt failed.
    if (!run.signal.aborted) observed.end('failed', reason);
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

const hasSiblings = (payload: OfTask): boolean => 'chunks' in payload && Number(payload.chunks) > 1;

export const cancelledError = (): TaskError => new TaskError('cancelled', 'The task was cancelled.');

const refuseCancelled = (state: TaskState): void => {
  if (state === 'cancelled') throw cancelledError();
};
