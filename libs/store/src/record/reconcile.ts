import { isFinal, type Task, TaskError, type TaskErrorCode, type TaskId, type TaskState } from '@whisper-bot/task';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';
import type { TaskBook } from './task.js';

/** What the reconciler asks of the queue; `Pipeline` fits. */
export interface ReconciledQueue {
  progress(
    id: TaskId,
  ): Promise<{ state: TaskState; at: number; failure?: { code: TaskErrorCode; cause: string } } | null>;
  submit(task: Task): Promise<unknown>;
}

export interface ReconcileOptions {
  tasks: Pick<TaskBook, 'stale' | 'change'>;
  queue: ReconciledQueue;
  /** Seconds without a change after which an open task is looked at: younger ones may be between the two stores. */
  grace: number;
}

export interface Reconciled {
  /** Open in the record, unknown to Redis: queued again. */
  queued: number;
  /** Ended in Redis, open in the record: closed. */
  closed: number;
  /** Open in the record, and nothing left to work on: failed. */
  lost: number;
}

const batch = 500;

/** Compares the record with the queue once; both being right is the rule, and then it changes nothing. */
export const reconcileOnce = async ({ tasks, queue, grace }: ReconcileOptions): Promise<Reconciled> => {
  const outcome: Reconciled = { queued: 0, closed: 0, lost: 0 };
  for (const task of await tasks.stale(grace, batch)) {
    const progress = await queue.progress(task.id);
    if (progress === null) outcome[await queueAgain(task, tasks, queue)] += 1;
    else if (isFinal(progress.state)) {
      const { code, cause } = progress.failure ?? {};
      const at = Math.max(progress.at, Date.now());
      await tasks.change({
        taskId: task.id,
        state: progress.state,
        at,
        cause: cause ?? 'closed by the reconciler',
        ...(code === undefined ? {} : { code }),
      });
      outcome.closed += 1;
    }
  }
  return outcome;
};

const queueAgain = async (
  task: Task,
  tasks: ReconcileOptions['tasks'],
  queue: ReconciledQueue,
): Promise<'queued' | 'lost'> => {
  try {
    await queue.submit(task);
    return 'queued';
  } catch (error) {
    // Anything that can heal (no room, Redis away) is tried again with the next round.
    if (!(error instanceof TaskError) || error.retryable) throw error;
    await tasks.change({ taskId: task.id, state: 'failed', at: Date.now(), code: error.code, cause: error.message });
    return 'lost';
  }
};

export interface Reconciler {
  close(): Promise<void>;
}

export interface ReconcilerOptions extends ReconcileOptions {
  db: Kysely<Tables>;
  /** Milliseconds between two rounds; default 15 000. */
  interval?: number;
  onOutcome: (outcome: Reconciled) => void;
  onError: (error: unknown) => void;
}

/** Any number all processes agree on: one of them reconciles at a time. */
const turnLock = 7_238_104_553;

/** Reconciles again and again, in one process at a time however many run it. */
export const startReconciler = ({
  db,
  interval = 15_000,
  onOutcome,
  onError,
  ...options
}: ReconcilerOptions): Reconciler => {
  let running: Promise<void> = Promise.resolve();
  const round = async (): Promise<void> => {
    await db.connection().execute(async (connection) => {
      const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_lock(${turnLock}) as mine`.execute(
        connection,
      );
      if (rows[0]?.mine !== true) return;
      try {
        const outcome = await reconcileOnce(options);
        if (outcome.queued + outcome.closed + outcome.lost > 0) onOutcome(outcome);
      } finally {
        await sql`select pg_advisory_unlock(${turnLock})`.execute(connection);
      }
    });
  };
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = round()
      .catch(onError)
      .finally(() => {
        busy = false;
      });
  }, interval);
  return {
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
};
