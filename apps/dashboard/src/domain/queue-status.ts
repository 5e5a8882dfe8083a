import { statfs } from 'node:fs/promises';
import { type Outage, type QueueName, queueNames, type WorkerPipeline, type WorkerSign } from '@whisper-bot/pipeline';
import { remember } from '@whisper-bot/runtime';

/** A queue right now. */
export interface QueueCount {
  name: QueueName;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** Milliseconds the job at the head has waited; null where none waits. */
  oldest: number | null;
}

/** What happens right now: read from Redis and the disk, kept for a moment so that many watchers cost as much as one. */
export interface QueueStatus {
  /** Null where Redis is away. */
  queues(): Promise<QueueCount[] | null>;
  /** Null where Redis is away. */
  workers(): Promise<WorkerSign[] | null>;
  /** What the bot cannot reach; null where Redis is away. */
  outages(): Promise<Outage[] | null>;
  /** Bytes. */
  disk(): Promise<{ free: number; total: number }>;
}

/** Milliseconds a look is good for. */
const freshness = 1000;

/** One look shared by all who ask within a moment. */
const fresh = <T>(look: () => Promise<T>): (() => Promise<T>) => remember(look, freshness);

export const createQueueStatus = (pipeline: WorkerPipeline, tasksDir: string): QueueStatus => ({
  queues: fresh(() => Promise.all(queueNames.map((name) => countQueue(pipeline, name))).catch(() => null)),
  workers: fresh(() => pipeline.workers().catch(() => null)),
  outages: fresh(() => pipeline.outages().catch(() => null)),
  disk: fresh(async () => {
    const { bavail, blocks, bsize } = await statfs(tasksDir);
    return { free: bavail * bsize, total: blocks * bsize };
  }),
});

const countQueue = async (pipeline: WorkerPipeline, name: QueueName): Promise<QueueCount> => {
  const queue = pipeline.queue(name);
  const [counts, [head], [first]] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'waiting-children', 'active', 'delayed', 'failed'),
    queue.getJobs(['waiting'], 0, 0, true),
    queue.getJobs(['prioritized'], 0, 0, true),
  ]);
  const since = [head, first].flatMap((job) => (job === undefined || job === null ? [] : [job.timestamp]));
  return {
    name,
    waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0),
    active: counts.active ?? 0,
    delayed: counts.delayed ?? 0,
    failed: counts.failed ?? 0,
    oldest: since.length === 0 ? null : Date.now() - Math.min(...since),
  };
};
