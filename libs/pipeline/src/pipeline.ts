import type { EndedTask, Task, TaskId } from '@whisper-bot/task';
import type { Queue } from 'bullmq';
import { accept } from './accept/accept.js';
import { createFreeSpace } from './accept/free-space.js';
import { createReservations } from './accept/reservation.js';
import type { QueueName } from './catalogue.js';
import { archive, cancel, revise, revive, submit } from './command/command.js';
import { listJobs, type TaskJob } from './command/job-list.js';
import { retry } from './command/retry.js';
import type { PipelineContext, PipelineLog, Retention } from './context.js';
import type { Notice, Pipeline, PipelineEvent, TaskProgress, TranscriptEdit } from './contract.js';
import { listDeadLetters } from './dead-letter/dead-letter.js';
import { serveChannel } from './delivery/deliver.js';
import { announceEdit, reannounceEdit, serveEdits } from './delivery/edit.js';
import { type Erased, erase } from './maintenance/erase.js';
import { announceOutage, type Outage, readOutages } from './maintenance/outage.js';
import { restore, whenEmptied } from './maintenance/restore.js';
import type { ServeOptions } from './queue/serve.js';
import { serveChanges } from './record/record.js';
import { connect } from './redis/connection.js';
import type { StageHandlers } from './stage/stage.js';
import { createThroughput } from './stage/throughput.js';
import { notify, renotify, serveNotices } from './state/notice.js';
import { createTaskCache } from './state/task-cache.js';
import { readProgress } from './state/task-state.js';
import { untilEnded } from './state/until-ended.js';
import { createWatcher } from './state/watch.js';
import { readSigns, type WorkerSign } from './worker/heartbeat.js';
import { type Work, type WorkOptions, work } from './worker/workers.js';

export interface PipelineOptions {
  /** `redis://` or `rediss://` URL. */
  redis: string;
  /** The shared volume. */
  tasksDir: string;
  /** Starts every Redis key; default `whisper`. */
  prefix?: string;
  /** Whether someone serves the record (`serveRecord`); default false: changes of state are then not queued. */
  record?: boolean;
  /** How long things are kept; a function is asked each time. */
  retention?: Partial<Retention> | (() => Partial<Retention>);
  /** Bytes that must stay free on the volume; default 512 MiB. */
  minimumFree?: number;
  /** Longest recording that is decoded, seconds, asked each time: no more space is reserved for one. Default a day. */
  maximumSeconds?: () => number;
  /** Tells the record that a task it may know was not accepted after all; must not reject. Default: nothing. */
  refused?: (task: Task) => Promise<void>;
  /** Milliseconds before the second attempt of a stage; doubles each time, half of it random. Default 2000. */
  retryDelay?: number;
  /**
   * Writes a task down before it is queued; rejecting refuses the task. With it, and with someone serving the record,
   * emptying Redis loses nothing that was accepted.
   */
  accept?: (task: Task) => Promise<void>;
  /**
   * Which of these folders something outside the queue still names: an entry that waits, a request, an open task of the record.
   * The sweep spares them however old they are; where this rejects, it removes no orphan at all. Default: none.
   */
  spared?: (candidates: readonly TaskId[]) => Promise<ReadonlySet<TaskId>>;
  /** Whether jobs carry an OpenTelemetry trace; default false. The spans go to the global tracer provider. */
  trace?: boolean;
  /** Called for every mark on a task's way in this process; must neither throw nor wait. */
  observe?: (event: PipelineEvent) => void;
  log?: PipelineLog;
}

/** The pipeline with what only the worker process needs. */
export interface WorkerPipeline extends Pipeline {
  /** Whether Redis answers. */
  ping(): Promise<boolean>;
  /**
   * Queues an open task again that no one works on any more, whatever state it seems to be in; finished stages are not repeated.
   * False where a job of it is there, or it has ended. Throws TaskError `file-expired` where its folder is gone.
   */
  revive(task: Task): Promise<boolean>;
  /** Works the stages in this process. */
  work(handlers: StageHandlers, options?: WorkOptions): Promise<Work>;
  /** How many processes transcribe right now, on all machines; what a long recording may be spread over. */
  transcribers(): Promise<number>;
  /** The worker processes that live, on all machines. Rejects where Redis is away. */
  workers(): Promise<WorkerSign[]>;
  /** Tells the operators' pages what this process cannot reach outside, to be repeated while it lasts; null ends it. */
  announceOutage(part: Outage['part'], outage: Outage | null): Promise<void>;
  /** What cannot be reached right now. Rejects where Redis is away. */
  outages(): Promise<Outage[]>;
  /** What the queues keep of a task's current revision. */
  jobs(id: TaskId): Promise<TaskJob[]>;
  /** Has the edited transcript of a task shown again where people were shown it before. Throws TaskError where Redis is away. */
  announceEdit(edited: TranscriptEdit): Promise<void>;
  /** The same for an edit that Redis knows nothing of; false where it does. */
  reannounceEdit(edited: TranscriptEdit): Promise<boolean>;
  /**
   * Calls back where Redis has been emptied since that last answered true: then all of it was restored that the record has. By one process
   * at a time.
   */
  whenEmptied(restoreAll: () => Promise<boolean>): Promise<void>;
  /**
   * Restores what Redis knew of a task that has ended: its state, and the dead letter of a failed one. False where Redis knows it, or
   * nothing is left of its folder.
   */
  restore(ended: EndedTask): Promise<boolean>;
  /** Queues a notice, once for each event of a revision. */
  notify(notice: Notice): Promise<void>;
  /**
   * Queues the notice of a task's latest end where Redis knows nothing of it; false where it does, or the task's folder is gone.
   * Rejects where Redis is away.
   */
  renotify(id: TaskId, event: Notice['event']): Promise<boolean>;
  /**
   * Serves the notices; a throwing handler is tried again for hours with growing pauses, unless its TaskError says that no
   * attempt can help. The task's state is not touched by how that goes.
   */
  serveNotices(
    handler: (notice: Notice, context: { signal: AbortSignal; attempt: number }) => Promise<void>,
    options?: ServeOptions,
  ): Promise<{ close(): Promise<void> }>;
  /** BullMQ's queue, for Bull Board and for counts; fail-fast: it fails within seconds where Redis is away. */
  queue(name: QueueName): Queue;
  /**
   * Stops tasks where they run and removes all that Redis and the volume hold of them: jobs with their logs, dead letters,
   * notices, folders. Only the bare state stays, for an hour. False where a job runs and has not answered its abort yet: then
   * another call is needed. Throws TaskError where Redis is away.
   */
  erase(erased: Erased): Promise<boolean>;
  /** Removes a dead letter without a retry; false where it is not there or being retried. */
  dismiss(deadLetter: string): Promise<boolean>;
  serveDeliveries(
    ...args: [...Parameters<Pipeline['serveDeliveries']>, options?: ServeOptions]
  ): Promise<{ close(grace?: number): Promise<void> }>;
}

/** Seconds: an hour for second thoughts about speakers, a week for results. */
const defaultRetention: Retention = { keepSource: false, audio: 3600, artifact: 7 * 24 * 3600, orphan: 3600 };
const silent: PipelineLog = { info: () => {}, warn: () => {}, error: () => {} };

/** Opens the pipeline; connections are made when first used. */
export const createPipeline = (options: PipelineOptions): WorkerPipeline => {
  const log = options.log ?? silent;
  const connection = connect({
    redis: options.redis,
    prefix: options.prefix ?? 'whisper',
    retryDelay: options.retryDelay ?? 2000,
    trace: options.trace ?? false,
    onError: (error) => log.warn({ err: error }, 'redis'),
  });
  const space = createFreeSpace(options.tasksDir);
  const context: PipelineContext = {
    connection,
    rates: createThroughput(connection),
    space,
    reservations: createReservations({
      connection,
      space,
      minimumFree: options.minimumFree ?? 512 * 1024 ** 2,
      maximumSeconds: options.maximumSeconds ?? (() => 24 * 3600),
    }),
    tasksDir: options.tasksDir,
    tasks: createTaskCache(options.tasksDir),
    record: options.record ?? false,
    get retention() {
      const given = typeof options.retention === 'function' ? options.retention() : options.retention;
      return { ...defaultRetention, ...given };
    },
    refused: options.refused ?? (async () => {}),
    accept: options.accept ?? (async () => {}),
    spared: options.spared ?? (async () => new Set()),
    observe: options.observe ?? (() => {}),
    log,
  };
  const progress = (id: TaskId): Promise<TaskProgress | null> => readProgress(connection, id);

  const { watch } = createWatcher(connection, log);

  return {
    accept: (request) =>
      accept(
        {
          tasksDir: context.tasksDir,
          reservations: context.reservations,
          submit: (task, about) => submit(context, task, about),
          refused: context.refused,
        },
        request,
      ),
    submit: (task, submitOptions) => submit(context, task, submitOptions),
    archive: (task) => archive(context, task),
    revive: (task) => revive(context, task),
    cancel: (id) => cancel(context, id),
    retry: (id) => retry(context, id),
    revise: (id, changes, origin) => revise(context, id, changes, origin),
    progress,
    watch,
    untilEnded: (id, signal) => untilEnded(id, signal, { progress, watch }),
    deadLetters: () => listDeadLetters(context),
    serveDeliveries: async (channel, handler, serveOptions) => serveChannel(context, channel, handler, serveOptions),
    announceEdit: (edited) => announceEdit(context, edited),
    reannounceEdit: (edited) => reannounceEdit(context, edited),
    serveEdits: async (handler) => serveEdits(context, handler),
    notify: (notice) => notify(context, notice),
    renotify: (id, event) => renotify(context, id, event),
    whenEmptied: (restoreAll) => whenEmptied(context, restoreAll),
    restore: (ended) => restore(context, ended),
    serveNotices: async (handler, serveOptions) => serveNotices(context, handler, serveOptions),
    serveRecord: async (handler) => serveChanges(context, handler),
    ping: async () => (await connection.failFast.ping()) === 'PONG',
    work: (handlers, workOptions) => work(context, handlers, workOptions),
    workers: () => readSigns(connection),
    announceOutage: (part, outage) => announceOutage(connection, part, outage),
    outages: () => readOutages(connection),
    jobs: (id) => listJobs(context, id),
    queue: (name) => connection.queue(name, 'failFast') as Queue,
    erase: (erased) => erase(context, erased),
    dismiss: async (deadLetter) => (await connection.queue('dead', 'failFast').remove(deadLetter)) === 1,
    transcribers: () => connection.queue('transcribe').getWorkersCount(),
    close: () => connection.close(),
  };
};
