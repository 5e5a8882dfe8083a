import type { AnalyticsDatabase, ErasedEvents } from '@whisper-bot/analytics';
import { eraseFromSpool } from '@whisper-bot/analytics';
import type { StreamAdmin } from '@whisper-bot/gateway';
import type { WorkerPipeline } from '@whisper-bot/pipeline';
import { type Logger, untilAborted } from '@whisper-bot/runtime';
import type { Erasure, Store } from '@whisper-bot/store';
import type { TaskId } from '@whisper-bot/task';

/**
 * The one way to erase: it knows every place that holds something of a task or of a person. docs/privacy.md lists them, and what
 * stays. Rejects only where the promise cannot be written down; what is away is asked again until it has confirmed.
 */
export interface Eraser {
  /** The recording, what was said and what it was called; that there was a task stays, with owner, times and outcome. */
  tasks(tasks: readonly TaskId[]): Promise<void>;
  /** All that is kept of an owner, as in the task (`tg:42`), up to now. */
  owner(owner: string): Promise<void>;
  /** Goes on with what is not finished, and erases what has been kept long enough. */
  sweep(): Promise<void>;
  /** Ends what goes on; what is not finished is written down and goes on elsewhere or with the next start. */
  close(): Promise<void>;
}

export interface EraserDeps {
  /** The store, once PostgreSQL answers. */
  store: () => Promise<Pick<Store, 'erasures'>>;
  pipeline: Pick<WorkerPipeline, 'erase'>;
  /** Null without ClickHouse. */
  analytics: Pick<AnalyticsDatabase, 'erase'> | null;
  /** Folder of the analytics events of this machine that ClickHouse does not have yet. */
  spoolDir: string;
  /** Null where no streams are served. */
  results: Pick<StreamAdmin, 'erase'> | null;
  /** Seconds the contents of a person's recordings are kept. */
  keep: () => number;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/** Promises processed in one sweep; each may name thousands of tasks. */
const batch = 20;
/** Milliseconds one place may take: a client that waits through an outage must not hold up the others. */
const bound = 15_000;

export const createEraser = (deps: EraserDeps): Eraser => {
  const { pipeline, analytics, spoolDir, results, logger } = deps;

  const rests = new Set<Promise<void>>();
  const closing = new AbortController();
  /** Rejects where the work takes too long, and at once where the process ends. */
  const bounded = <T>(work: Promise<T>): Promise<T> =>
    untilAborted(work, AbortSignal.any([closing.signal, AbortSignal.timeout(bound)]));

  /**
   * One round through all places; each that fails is logged, and the others go on. Resolves when no one can read any more what
   * was erased; `rest`, the analytics, may take longer.
   */
  const round = async (erasure: Erasure): Promise<{ rest: Promise<void> }> => {
    const { erasures } = await bounded(deps.store());
    const { tasks, owner } = erasure;
    const events: ErasedEvents = { tasks, owner, before: erasure.before.getTime() };
    let complete = true;
    const place = async (name: string, erase: () => Promise<unknown>): Promise<void> => {
      try {
        if ((await bounded(erase())) === false) complete = false;
      } catch (error) {
        complete = false;
        logger.warn({ err: error, place: name, erasure: erasure.id }, 'erasure incomplete');
      }
    };
    // Before the record forgets which channel they came by.
    await place('streams', async () => results?.erase(await erasures.ofChannel(tasks, 'stream')));
    // The work stops first: nothing new is made of what goes.
    await place('queue', () => pipeline.erase({ tasks, owner }));
    await place('record', () => erasures.apply(erasure));
    // A process that ends leaves the rest to the next round.
    const finish = async (): Promise<void> => {
      await place('spool', () => eraseFromSpool(spoolDir, events));
      await place('analytics', async () => analytics?.erase(events));
      await bounded(erasures.report(erasure.id, complete));
    };
    const rest: Promise<void> = finish()
      // It is due again after a while.
      .catch((err: unknown) => logger.warn({ err, erasure: erasure.id }, 'erasure incomplete'))
      .finally(() => rests.delete(rest));
    rests.add(rest);
    return { rest };
  };

  return {
    tasks: async (tasks) => {
      if (tasks.length > 0) await round(await (await deps.store()).erasures.ofTasks(tasks));
    },
    owner: async (owner) => {
      await round(await (await deps.store()).erasures.ofOwner(owner));
    },
    sweep: async () => {
      const { erasures } = await bounded(deps.store());
      const outlived = await erasures.outlived('telegram', deps.keep(), 500);
      if (outlived.length > 0) await (await round(await erasures.ofTasks(outlived))).rest;
      for (const erasure of await erasures.due(batch)) await (await round(erasure)).rest;
    },
    close: async () => {
      closing.abort(new Error('closing'));
      await Promise.all(rests);
    },
  };
};
