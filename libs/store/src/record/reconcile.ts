import { every } from '@whisper-bot/runtime';
import { isFinal, type Task, TaskError, type TaskErrorCode, type TaskId, type TaskState } from '@whisper-bot/task';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';
import { eachPage } from './each-page.js';
import { type NoticeQueue, renotifyOnce } from './renotify.js';
import { type RestoredQueue, reannounceEdits, restoreEndings } from './restore.js';
import type { TaskRepository } from './task.js';

/** What the reconciler asks of the queue; `Pipeline` fits. */
export interface ReconciledQueue {
  progress(
    id: TaskId,
  ): Promise<{ state: TaskState; at: number; failure?: { code: TaskErrorCode; cause: string } } | null>;
  submit(task: Task): Promise<unknown>;
  /** Queues an open task again where no one works on it; false where someone does. */
  revive(task: Task): Promise<boolean>;
}

export interface ReconcileOptions {
  tasks: Pick<TaskRepository, 'stale' | 'change'>;
  queue: ReconciledQueue;
  /** Seconds without a change after which an open task is looked at: younger ones may be between the two stores. */
  grace: number;
  /** Called for each task that could not be compared; the others are. */
  onError: (error: unknown) => void;
  /** Tasks read at once; default 500. */
  batch?: number;
  /** Ends the round early. */
  signal?: AbortSignal;
}

export interface Reconciled {
  /** Open in the record, unknown to Redis: queued again. */
  queued: number;
  /** Ended in Redis, open in the record: closed. */
  closed: number;
  /** Open in the record, and nothing left to work on: failed. */
  lost: number;
}

/** Compares the record with the queue once, all of it; both being right is the rule, and then it changes nothing. */
export const reconcileOnce = async (options: ReconcileOptions): Promise<Reconciled> => {
  const { tasks, grace, onError, batch, signal } = options;
  const outcome: Reconciled = { queued: 0, closed: 0, lost: 0 };
  await eachPage({
    read: (page) => tasks.stale(grace, page),
    act: async (task) => {
      const done = await reconcile(task, options);
      if (done !== null) outcome[done] += 1;
    },
    onError,
    batch,
    signal,
  });
  return outcome;
};

const reconcile = async (task: Task, options: ReconcileOptions): Promise<keyof Reconciled | null> => {
  const { tasks, queue } = options;
  const progress = await queue.progress(task.id);
  if (progress === null) return orLost(task, options, () => queue.submit(task));
  if (!isFinal(progress.state)) return orLost(task, options, () => queue.revive(task));
  const { code, cause } = progress.failure ?? {};
  const at = Math.max(progress.at, Date.now());
  await tasks.change({
    taskId: task.id,
    state: progress.state,
    at,
    cause: cause ?? 'closed by the reconciler',
    ...(code === undefined ? {} : { code }),
  });
  return 'closed';
};

/** Queues a task again; one that nothing is left of is failed. */
const orLost = async (
  task: Task,
  { tasks }: Pick<ReconcileOptions, 'tasks'>,
  queueAgain: () => Promise<unknown>,
): Promise<'queued' | 'lost' | null> => {
  try {
    return (await queueAgain()) === false ? null : 'queued';
  } catch (error) {
    // Anything that can heal (no space, Redis away) is tried again with the next round.
    if (!(error instanceof TaskError) || error.retryable) throw error;
    await tasks.change({ taskId: task.id, state: 'failed', at: Date.now(), code: error.code, cause: error.message });
    return 'lost';
  }
};

export interface Reconciler {
  close(): Promise<void>;
}

export interface ReconcilerOptions extends ReconcileOptions {
  tasks: ReconcileOptions['tasks'] & Pick<TaskRepository, 'unnotified' | 'endings' | 'unshown'>;
  queue: ReconciledQueue & NoticeQueue & RestoredQueue;
  db: Kysely<Tables>;
  /** Milliseconds between two rounds; default 15 000. */
  interval?: number;
  /** Called where a round has changed something. */
  onOutcome: (outcome: ReconciledRound) => void;
}

export interface ReconciledRound extends Reconciled {
  /** Ends that an emptied Redis had forgotten. */
  restored: number;
  /** Webhooks queued again. */
  notified: number;
  /** Edits queued again for the chat. */
  shown: number;
}

/** Any numbers all processes agree on: one of them reconciles at a time, and one restores. */
const reconcileLock = 7_238_104_553;
const restoreLock = 7_238_104_554;

/** Reconciles again and again, in one process at a time however many run it. */
export const startReconciler = ({ db, interval = 15_000, onOutcome, ...given }: ReconcilerOptions): Reconciler => {
  const closing = new AbortController();
  const options = { ...given, signal: closing.signal };
  const inTurn = (lock: number, work: () => Promise<Partial<ReconciledRound>>): Promise<void> =>
    db.connection().execute(async (connection) => {
      const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_lock(${lock}) as mine`.execute(connection);
      if (rows[0]?.mine !== true) return;
      try {
        const outcome = { ...nothing, ...(await work()) };
        if (Object.values(outcome).some((count) => count > 0)) onOutcome(outcome);
      } finally {
        await sql`select pg_advisory_unlock(${lock})`.execute(connection);
      }
    });
  const reconciling = every(
    interval,
    () =>
      inTurn(reconcileLock, async () => ({
        ...(await reconcileOnce(options)),
        notified: await renotifyOnce(options),
        shown: await reannounceEdits(options),
      })),
    options.onError,
  );
  // Beside it: what ended in a week may be much, and open tasks must not wait for it.
  const restoring = every(
    interval,
    () => inTurn(restoreLock, async () => ({ restored: await restoreEndings(options) })),
    options.onError,
  );
  return {
    close: async () => {
      closing.abort();
      await Promise.all([reconciling.stop(), restoring.stop()]);
    },
  };
};

const nothing: ReconciledRound = { queued: 0, closed: 0, lost: 0, restored: 0, notified: 0, shown: 0 };
