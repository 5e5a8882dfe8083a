import type { Task, TaskId } from '@whisper-bot/task';
import type { FreeSpace } from './accept/free-space.js';
import type { Reservations } from './accept/reservation.js';
import type { PipelineEvent } from './contract.js';
import type { Connection } from './redis/connection.js';
import type { Throughput } from './stage/throughput.js';
import type { TaskCache } from './state/task-cache.js';

/** What of a logger the pipeline uses; pino's fits. */
export interface PipelineLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What happens to files once a task has ended, and how long. */
export interface Retention {
  /** Keep `audio.{ext}` after delivery. */
  keepSource: boolean;
  /** Seconds the decoded audio outlasts the end, for revisions with other options. */
  audio: number;
  /** Seconds the results, and all of a failed task, outlast the end. */
  artifact: number;
  /** Seconds after which a folder no task knows is swept, and half-written files are. */
  orphan: number;
}

/** What every part of the pipeline works with. */
export interface PipelineContext {
  connection: Connection;
  tasksDir: string;
  tasks: TaskCache;
  rates: Throughput;
  space: FreeSpace;
  /** Space on the volume that recordings were promised. */
  reservations: Reservations;
  /** Whether state changes go to the queue `record`; only where someone serves it, as nothing else empties it. */
  record: boolean;
  retention: Retention;
  /** Writes an accepted task down before it is queued: what Redis loses can then be queued again. */
  accept: (task: Task) => Promise<void>;
  /** Tells the record that a task was not accepted after all. */
  refused: (task: Task) => Promise<void>;
  /** Which of these folders something outside the queue still names. Where it rejects, no orphan is removed. */
  spared: (candidates: readonly TaskId[]) => Promise<ReadonlySet<TaskId>>;
  /** Called for every mark on a task's way. */
  observe: (event: PipelineEvent) => void;
  log: PipelineLog;
}
