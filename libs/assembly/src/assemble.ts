import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  type AnalyticsDatabase,
  createRecorder,
  openAnalytics,
  type Recorder,
  recordPipeline,
} from '@whisper-bot/analytics';
import type { Config } from '@whisper-bot/config';
import { createStreamAdmin } from '@whisper-bot/gateway';
import { createPipeline, type PipelineOptions, type WorkerPipeline } from '@whisper-bot/pipeline';
import { type Lifecycle, type Logger, type MetricsServer, serveMetrics } from '@whisper-bot/runtime';
import { createChangeRecorder, isDataError, notAccepted, type Store, startReconciler } from '@whisper-bot/store';
import { createTranscriptStore, TaskError, type TranscriptRecord, type TranscriptStore } from '@whisper-bot/task';
import { createEraser, type Eraser } from './erasure/eraser.js';
import { startErasing } from './erasure/sweep.js';
import { createPipelineMetrics, type PipelineMetrics } from './metric.js';
import { followSettings, type Rules } from './setting.js';
import { createStoreOpener, type StoreOpener } from './store-opener.js';

/** What every process of an installation shares, wired together: the queue, the record, the analytics. */
export interface Installation {
  pipeline: WorkerPipeline;
  /** Null without a database. */
  store: StoreOpener | null;
  /** What was said in the tasks, wherever it lies. */
  transcripts: TranscriptStore;
  /** Null without ClickHouse. */
  analytics: AnalyticsDatabase | null;
  recorder: Recorder | null;
  metrics: PipelineMetrics;
  /** What may change while everything runs, as it is now. */
  rules: Rules;
  /** Null without a database. */
  eraser: Eraser | null;
  /** Of this process, as metrics and Bull Board show it. */
  name: string;
}

export interface AssembleOptions {
  config: Config;
  logger: Logger;
  /** Everything opened here is closed with it, in order. */
  lifecycle: Pick<Lifecycle, 'onClose'>;
}

/** Milliseconds a task waits for PostgreSQL before it is refused. */
const recordPatience = 10_000;

/** Opens the parts that the configuration names. Throws where REDIS_URL is missing; PostgreSQL and ClickHouse may be away. */
export const assemble = async ({ config, logger, lifecycle }: AssembleOptions): Promise<Installation> => {
  if (config.redisUrl === null) throw new Error('REDIS_URL is not set; `./whisper-bot up` starts a Redis and sets it.');
  const name = `${hostname()}-${process.pid}`;

  const analytics = config.clickhouseUrl === null ? null : openAnalytics({ url: config.clickhouseUrl });
  const spoolDir = join(config.home, 'spool', 'figures');
  const recorder = analytics === null ? null : createRecorder({ database: analytics, spoolDir, logger });
  lifecycle.onClose('analytics recorder', async () => {
    await recorder?.close();
    await analytics?.close();
  });

  const store = config.databaseUrl === null ? null : createStoreOpener(config.databaseUrl, logger);
  lifecycle.onClose('store', async () => store?.close());
  const transcripts = createTranscriptStore({
    tasksDir: config.tasksDir,
    record: store === null ? null : transcriptRecord(store),
    onBehind: (id, err) => logger.warn({ task_id: id, err }, 'transcript reconciliation postponed'),
  });
  const rules = followSettings(store, config, logger);
  lifecycle.onClose('settings', () => rules.close());

  if (config.tracesUrl !== null) {
    // An eighth of what a process takes to start, for few.
    const { startTracing } = await import('./trace.js');
    const tracing = startTracing(config.tracesUrl, name);
    lifecycle.onClose('traces', () => tracing.close());
  }
  const metrics = createPipelineMetrics(() => recorder?.state ?? null);
  const record = recorder === null ? null : recordPipeline(recorder, name);
  const streams = createStreamAdmin({
    redis: config.redisUrl,
    onError: (err) => logger.warn({ err }, 'streams unavailable'),
  });
  const pipeline = createPipeline({
    redis: config.redisUrl,
    tasksDir: config.tasksDir,
    minimumFree: config.minFreeDisk,
    // Without a database no one serves the record.
    record: store !== null,
    retention: () => ({ keepSource: rules.keepSource, artifact: rules.resultTtl }),
    log: logger,
    trace: config.tracesUrl !== null,
    maximumSeconds: () => rules.maxDuration,
    ...(store === null ? {} : recordOf(store, logger)),
    spared: async (candidates) => {
      const waiting = await streams.named();
      const known = store === null ? [] : await (await store.within(recordPatience)).tasks.named(candidates);
      return new Set([...candidates.filter((id) => waiting.has(id)), ...known]);
    },
    observe: (event) => {
      metrics.observe(event);
      record?.(event);
    },
  });
  lifecycle.onClose('pipeline', () => pipeline.close());
  const eraser =
    store === null
      ? null
      : createEraser({
          store: () => store.within(recordPatience),
          pipeline,
          analytics,
          spoolDir,
          results: streams,
          keep: () => rules.resultTtl,
          logger,
        });
  lifecycle.onClose('erasure', async () => {
    await eraser?.close();
    streams.close();
  });
  return { pipeline, store, transcripts, analytics, recorder, metrics, rules, eraser, name };
};

/** Where the pipeline records what it accepts, and what it refuses after all. */
const recordOf = (store: StoreOpener, logger: Logger): Pick<PipelineOptions, 'accept' | 'refused'> => ({
  accept: async (task) => writeDown(await store.within(recordPatience), task),
  refused: async ({ id: taskId }) => {
    // The record may already know a task that the queue did not take: it ends there, as its sender was refused.
    const change = { taskId, state: 'cancelled', at: Date.now(), cause: notAccepted } as const;
    await store
      .within(recordPatience)
      .then(({ tasks }) => tasks.change(change))
      .catch((err: unknown) => logger.warn({ err, task_id: taskId }, 'cancellation left to the reconciler'));
  },
});

/** The record's transcripts, as soon as PostgreSQL answers. */
const transcriptRecord = (store: StoreOpener): TranscriptRecord => ({
  read: async (id) => (await store.within(recordPatience)).transcripts.read(id),
  change: async (id, choose) => (await store.within(recordPatience)).transcripts.change(id, choose),
  unversioned: async (page) => (await store.within(recordPatience)).transcripts.unversioned(page),
});

const writeDown = async (store: Store, task: Parameters<Store['tasks']['accept']>[0]): Promise<void> => {
  try {
    await store.tasks.accept(task);
  } catch (cause) {
    if (isDataError(cause)) throw refusedByRecord(cause);
    throw new TaskError('internal', 'The record cannot be written right now. Please try again in a minute.', { cause });
  }
};

const refusedByRecord = (cause: unknown): TaskError =>
  new TaskError('invalid-request', 'The record does not take this.', { cause });

export interface RecordPace {
  /** Seconds an open task must lie still before the reconciler looks at it; default 20. */
  grace?: number;
  /** Milliseconds between two rounds of the reconciler; default 15 000. */
  interval?: number;
}

/**
 * Keeps the record: writes the queue's changes of state down and compares both from time to time. Any number of
 * processes may; each change is written once, and one process reconciles at a time.
 */
export const keepRecord = async (
  { pipeline, store, transcripts, eraser }: Pick<Installation, 'pipeline' | 'store' | 'transcripts' | 'eraser'>,
  { config, logger, lifecycle }: AssembleOptions,
  { grace = 20, interval = 15_000 }: RecordPace = {},
): Promise<void> => {
  if (store === null) return;
  const recorded = await pipeline.serveRecord(async (change) => {
    const { tasks } = await store.within(recordPatience);
    try {
      await createChangeRecorder({ tasks, transcripts, tasksDir: config.tasksDir })(change);
    } catch (cause) {
      throw isDataError(cause) ? refusedByRecord(cause) : cause;
    }
  });
  lifecycle.onClose('record', () => recorded.close());
  if (eraser !== null) {
    const erasing = startErasing(eraser, { interval, logger });
    lifecycle.onClose('erasing', () => erasing.close());
  }
  void store.opened.then(({ db, tasks }) => {
    const record = createChangeRecorder({ tasks, transcripts, tasksDir: config.tasksDir });
    // Of an installation that comes from a version in which record and folder could differ.
    transcripts.reconcileAll().then(
      (count) => count > 0 && logger.info({ count }, 'transcripts reconciled'),
      (err: unknown) => logger.warn({ err }, 'transcript reconciliation failed'),
    );
    const reconciler = startReconciler({
      db,
      // A task that is closed as done gets its transcript as well, as with the change that went missing.
      tasks: {
        stale: tasks.stale,
        unnotified: tasks.unnotified,
        endings: tasks.endings,
        unshown: tasks.unshown,
        change: (change) => record(change).then(() => true),
      },
      queue: pipeline,
      grace,
      interval,
      onOutcome: (outcome) => logger.warn(outcome, 'record and queue reconciled'),
      onError: (error) => logger.warn({ err: error }, 'reconciliation failed'),
    });
    lifecycle.onClose('reconciler', () => reconciler.close());
  });
};

/** Milliseconds Redis and PostgreSQL may take to answer before the process counts as not ready. */
const readyPatience = 2000;

/** Serves metrics, health and readiness of this process on METRICS_PORT; null where it is not set. */
export const watchProcess = async (
  { pipeline, store, metrics }: Pick<Installation, 'pipeline' | 'store' | 'metrics'>,
  { config, logger, lifecycle }: AssembleOptions,
  /** What else keeps this process from its work. */
  more: () => readonly string[] = () => [],
): Promise<MetricsServer | null> => {
  if (config.metricsPort === null) return null;
  const answers = async (part: string, asked: Promise<boolean>): Promise<string[]> => {
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, readyPatience, false).unref());
    return (await Promise.race([asked.catch(() => false), late])) ? [] : [`${part} does not answer`];
  };
  const server = await serveMetrics({
    registry: metrics.registry,
    host: config.metricsHost,
    port: config.metricsPort,
    token: config.metricsToken,
    onError: (err) => logger.warn({ err }, 'metrics request failed'),
    troubles: async () => {
      const redis = answers('Redis', pipeline.ping());
      const postgres =
        store === null
          ? []
          : answers(
              'PostgreSQL',
              store.within(readyPatience).then((open) => open.ping()),
            );
      return [...(await redis), ...(await postgres), ...more()];
    },
  });
  lifecycle.onClose('metrics', () => server.close());
  return server;
};
