import type { Channel, EndedTask, Stage, Task, TaskErrorCode, TaskId, TaskOptions, TaskState } from '@whisper-bot/task';

export interface TaskRow {
  id: TaskId;
  state: TaskState;
  channel: Channel;
  title: string;
  owner: string;
  /** Of the channel; empty where there is none. */
  chat: string;
  options: TaskOptions;
  acceptedAt: Date;
  changedAt: Date;
  /** Of the recording, seconds; null until known. */
  duration: number | null;
  code: TaskErrorCode | null;
  cause: string | null;
}

export interface TaskFilter {
  state?: TaskState;
  channel?: Channel;
  owner?: string;
  chat?: string;
  since?: Date;
  until?: Date;
  /** An id, or words of the transcript or title. */
  text?: string;
}

export interface TaskChange {
  state: TaskState;
  at: Date;
  code: TaskErrorCode | null;
  cause: string | null;
}

/** A change of state as the pipeline reports it; `at` is Unix milliseconds. */
export interface ReportedChange {
  taskId: TaskId;
  state: TaskState;
  at: number;
  cause?: string;
  code?: TaskErrorCode;
  /** Where it failed. */
  stage?: Stage;
}

/** The cause of a task that the record knows and that was not accepted after all: its sender was notified. */
export const notAccepted = 'not accepted';

/** An ended task whose webhook may not have been called. */
export interface Unnotified {
  id: TaskId;
  state: 'done' | 'failed';
}

/** An edit that a chat may not show. */
export interface Unshown {
  taskId: TaskId;
  revision: number;
  edit: number;
}

/** Where a page of rows begins and ends. */
export interface PageRequest {
  /** The cursor of the last page. */
  after?: string;
  limit: number;
}

/** The record of tasks: what was accepted, how it went, how it ended. */
export interface TaskRepository {
  /** Records an accepted task; doing so twice has no further effect. */
  accept(task: Task): Promise<void>;
  /** Writes a change of state down; an older one reported late changes the history, not the state. False for an unknown task. */
  change(change: ReportedChange): Promise<boolean>;
  /** Newest first; `after` is the cursor of the last page. */
  search(filter: TaskFilter, page: PageRequest): Promise<{ rows: TaskRow[]; next: string | null }>;
  find(id: TaskId): Promise<TaskRow | null>;
  /** As it was accepted; null for an unknown one, and for one in a shape that this version does not know. */
  task(id: TaskId): Promise<Task | null>;
  changes(id: TaskId): Promise<TaskChange[]>;
  /** Not ended yet, oldest first. */
  open(limit: number): Promise<TaskRow[]>;
  /**
   * Not ended and unchanged for so many seconds, longest first: what a reconciler looks at. `after` is the cursor of the last page.
   */
  stale(seconds: number, page: PageRequest): Promise<{ tasks: Task[]; next: string | null }>;
  /**
   * Ended within so many seconds, and more than `grace` seconds ago, with a webhook of which no call is written down; oldest first.
   * `after` is the cursor of the last page.
   */
  unnotified(
    window: { grace: number; within: number },
    page: PageRequest,
  ): Promise<{ tasks: Unnotified[]; next: string | null }>;
  /** Writes down that the task's webhook was called, or need not be. */
  notified(id: TaskId): Promise<void>;
  /** Done or failed within so many seconds, and more than `grace` seconds ago; oldest first. */
  endings(
    window: { grace: number; within: number },
    page: PageRequest,
  ): Promise<{ tasks: EndedTask[]; next: string | null }>;
  /** Edited within so many seconds, and more than `grace` seconds ago, where Telegram may not show it yet; oldest first. */
  unshown(
    window: { grace: number; within: number },
    page: PageRequest,
  ): Promise<{ tasks: Unshown[]; next: string | null }>;
  /** Writes down that the chat shows this state of a transcript, or need not. */
  shown(edit: Unshown): Promise<void>;
  /** Which of these are open in the record, or asked for in Telegram and not ended: their folders are not orphans. */
  named(ids: readonly TaskId[]): Promise<TaskId[]>;
  /** How many ended so since then. */
  ended(since: Date): Promise<{ done: number; failed: number; audioSeconds: number }>;
  /** Done and failed by hour, for the last hours. */
  hours(count: number): Promise<{ at: Date; done: number; failed: number }[]>;
}
