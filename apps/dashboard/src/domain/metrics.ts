import { type QueueName, queueNames } from '@whisper-bot/pipeline';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { QueueStatus } from './queue-status.js';

/** What Prometheus reads of this process and of the queues. */
export interface Metrics {
  /** The text format. */
  read(): Promise<string>;
  readonly contentType: string;
  /** Counts an answered request; the route is the table's, never the address. */
  answered(request: { method: string; route: string; status: number; seconds: number }): void;
}

const states = ['waiting', 'active', 'delayed', 'failed'] as const;

/** Adds what only the dashboard knows to the process's registry, which already counts what is accepted here. */
export const createDashboardMetrics = (queueStatus: QueueStatus, registry: Registry): Metrics => {
  const registers = [registry];
  const jobs = new Gauge({
    name: 'whisper_queue_jobs',
    help: 'Jobs in a queue by state.',
    labelNames: ['queue', 'state'],
    registers,
  });
  const age = new Gauge({
    name: 'whisper_queue_oldest_seconds',
    help: 'Age of the oldest waiting job of a queue.',
    labelNames: ['queue'],
    registers,
  });
  const workers = new Gauge({ name: 'whisper_workers', help: 'Worker processes that live.', registers });
  const free = new Gauge({
    name: 'whisper_disk_free_bytes',
    help: 'Free space on the volume of the tasks.',
    registers,
  });
  const redis = new Gauge({ name: 'whisper_redis_up', help: '1 while Redis answers.', registers });
  const requests = new Counter({
    name: 'whisper_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const times = new Histogram({
    name: 'whisper_http_request_seconds',
    help: 'Time to the answer.',
    labelNames: ['route'],
    buckets: [0.01, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers,
  });
  return {
    contentType: registry.contentType,
    read: async () => {
      const [queues, alive, disk] = await Promise.all([
        queueStatus.queues(),
        queueStatus.workers(),
        queueStatus.disk(),
      ]);
      redis.set(queues === null ? 0 : 1);
      for (const queue of queues ?? []) {
        for (const state of states) jobs.set({ queue: queue.name, state }, queue[state]);
        age.set({ queue: queue.name }, (queue.oldest ?? 0) / 1000);
      }
      // What is not known is left out: an old value would look like a quiet queue.
      if (queues === null) for (const queue of queueNames satisfies readonly QueueName[]) age.remove({ queue });
      if (alive !== null) workers.set(alive.length);
      free.set(disk.free);
      return registry.metrics();
    },
    answered: ({ method, route, status, seconds }) => {
      requests.inc({ method, route, status });
      times.observe({ route }, seconds);
    },
  };
};
