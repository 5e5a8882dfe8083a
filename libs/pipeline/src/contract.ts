import type { Channel, Stage, Task, TaskErrorCode, TaskId, TaskOptions, TaskState } from '@whisper-bot/task';
import type { Accepted, AcceptRequest, Received } from './accept/accept.js';
import type { SubmitOptions } from './accept/submit-options.js';

/** What a watcher sees of a task; lossy by nature: for display only, never for delivery. */
export interface TaskProgress {
  taskId: TaskId;
  state: TaskState;
  /** The stage that is furthest behind, or null before the first starts. */
  stage: Stage | null;
  /** 0–100, never falls within one run. */
  percent: number;
  /** Seconds to go as estimated from measured rates; null where unknown. */
  secondsLeft: number | null;
  /** Jobs ahead in the queue while nothing of this task runs yet; null once it runs. */
  position: number | null;
  /** Unix milliseconds. */
  at: number;
  /** Why, where the state is `failed`. */
  failure?: TaskFailure;
}

/** Why a task failed, for a person (`message`, `params`) and for the operator (`cause`). */
export interface TaskFailure {
  code: TaskErrorCode;
  message: string;
  params: Record<string, string | number>;
  cause: string;
  stage: Stage;
}

/** A task's end or a change on the way, for the record: sent through a durable queue, never lost. */
export interface StateChange {
  taskId: TaskId;
  state: TaskState;
  /** Unix milliseconds. */
  at: number;
  /** Operator's words; absent on the ordinary way. */
  cause?: string;
  code?: TaskErrorCode;
  /** Where it failed. */
  stage?: Stage;
}

/** What a stage says about its work, for analytics. */
export interface StageDetails {
  /** Of the recording or of the chunk. */
  audioSeconds?: number;
  /** ISO 639-1. */
  language?: string;
  speakers?: number;
  engine?: string;
  /** Of the source. */
  bytes?: number;
}

/** An event in the life of a task, for analytics, metrics and traces: emitted in this process only, lost with it. */
export interface PipelineEvent {
  event: 'accepted' | 'queued' | 'started' | 'progress' | 'finished' | 'failed' | 'delivered' | 'cancelled';
  /** Unix milliseconds. */
  at: number;
  taskId: TaskId;
  task: Task | null;
  stage: Stage | null;
  /** From 0. */
  chunk: number;
  /** From 1; 0 where the event is not of an attempt. */
  attempt: number;
  /** Milliseconds from being ready to run to running; 0 where it is not known. */
  waitMs: number;
  /** Milliseconds from running to the end. */
  runMs: number;
  percent: number;
  details: StageDetails;
  code?: TaskErrorCode;
}

/** What a channel is asked to hand over. */
export type Delivery =
  | { kind: 'result'; task: Task /** counts up with each revision, from 1 */; revision: number }
  | {
      kind: 'failure';
      task: Task;
      revision: number;
      code: TaskErrorCode;
      message: string;
      params: Record<string, string | number>;
      stage: Stage;
    };

/** Delivers once per call; throwing means another attempt (TaskError decides whether there is one). */
export type DeliveryHandler = (delivery: Delivery, context: { signal: AbortSignal; attempt: number }) => Promise<void>;

/** The end of a task, for a subscriber of it. */
export interface Notice {
  taskId: TaskId;
  event: 'completed' | 'failed';
  /** Counts up with each revision, from 1. */
  revision: number;
}

/** A state of a transcript that someone has edited. */
export interface TranscriptEdit {
  taskId: TaskId;
  /** From 1. */
  revision: number;
  /** Counts the edits of the revision, from 1. */
  edit: number;
}

/** A job that has failed for good. */
export interface DeadLetter {
  /** Id of the job in the queue `dead`. */
  id: string;
  taskId: TaskId;
  stage: Stage;
  code: TaskErrorCode;
  cause: string;
  attempts: number;
  stack: string;
  /** Unix milliseconds. */
  failedAt: number;
}

/** The pipeline as every app sees it. */
export interface Pipeline {
  /** The one way in for a recording; see accept/accept.ts. */
  accept<R extends Received>(request: AcceptRequest<R>): Promise<Accepted<R>>;
  /**
   * Accepts a task whose folder already holds the source (writes `task.json`, queues `prepare`). The same id twice is
   * one task. Throws TaskError `path-outside`, `no-such-file`, `no-space`.
   */
  submit(task: Task, options?: SubmitOptions): Promise<'accepted' | 'known'>;
  /**
   * Takes in a task whose transcript already lies in its folder (writes `task.json`): nothing runs and nothing is delivered;
   * it is recorded as done and kept as long as any other. May be repeated.
   */
  archive(task: Task): Promise<void>;
  /** Stops the engines, removes the jobs and the folder; false where the task had already ended or is unknown. */
  cancel(id: TaskId): Promise<boolean>;
  /** Resumes a failed task from its dead letter; finished stages are not repeated. False where there is none. */
  retry(id: TaskId): Promise<boolean>;
  /**
   * Runs the task again with other options, reusing every artifact the change leaves valid (other speakers do not
   * transcribe again). Ends in a delivery with a higher revision. Throws TaskError `file-expired` where the audio is gone.
   */
  revise(id: TaskId, options: Partial<TaskOptions>, origin?: Record<string, unknown>): Promise<number>;
  /** Null for an unknown task. */
  progress(id: TaskId): Promise<TaskProgress | null>;
  /** Calls back on every change of the task (or of all tasks) until the returned function is called. */
  watch(id: TaskId | 'all', onChange: (progress: TaskProgress) => void): Promise<() => Promise<void>>;
  /** Resolves when the task has ended, whichever worker runs it; survives lost events by polling. Rejects when the signal aborts. */
  untilEnded(id: TaskId, signal: AbortSignal): Promise<TaskProgress>;
  deadLetters(): Promise<DeadLetter[]>;
  /** Serves one channel's deliveries until closed; drains on close. */
  serveDeliveries(channel: Channel, handler: DeliveryHandler): Promise<{ close(): Promise<void> }>;
  /** Serves the edits that were announced: each shows the transcript as it is by then. Drains on close. */
  serveEdits(handler: (id: TaskId) => Promise<void>): Promise<{ close(): Promise<void> }>;
  /**
   * Serves the state changes, in order per task; a throwing handler is called again without end, but for a TaskError that
   * another attempt cannot fix: such a change is set aside as a failed job.
   */
  serveRecord(handler: (change: StateChange) => Promise<void>): Promise<{ close(): Promise<void> }>;
  close(): Promise<void>;
}
