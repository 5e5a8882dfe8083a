import { isUnavailable, resilientRedis } from '@whisper-bot/runtime';
import { TaskError } from '@whisper-bot/task';
import { FlowProducer, Queue } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import type { Redis } from 'ioredis';
import { catalogue, type Payload, type QueueName } from '../catalogue.js';
import { BatchedRedis } from './batched-redis.js';
import { defineScripts, type ScriptedRedis } from './script.js';

export interface ConnectionOptions {
  /** `redis://` or `rediss://` URL. */
  redis: string;
  /** Starts every key, so that several installations share one Redis. */
  prefix: string;
  /** Milliseconds before the second attempt; doubles, with half of it random. */
  retryDelay: number;
  /** Whether jobs carry an OpenTelemetry trace from process to process; spans go to the global tracer provider. */
  trace: boolean;
  onError: (error: Error) => void;
}

/** One process's way to Redis: queues by name, a flow producer, and our own scripts. */
export interface Connection {
  readonly options: ConnectionOptions;
  /** For BullMQ's `telemetry`; empty where nothing is traced. */
  readonly telemetry: { telemetry?: BullMQOtel };
  /** Waits through an outage (what a running job needs); the name says what BullMQ demands of workers. */
  readonly blocking: ScriptedRedis;
  /** Fails within seconds, for callers with a person at the other end. */
  readonly failFast: ScriptedRedis;
  queue<K extends QueueName>(name: K, mode?: 'blocking' | 'failFast'): Queue<Payload<K>>;
  readonly flow: FlowProducer;
  /** A further connection, for subscriptions. */
  subscriber(): Redis;
  close(): Promise<void>;
}

/** Milliseconds a fail-fast command may take: a server that is there but silent, or cut off, breaks no connection. */
const failFastBound = 10_000;

/** Opens the connections lazily; nothing is awaited. */
export const connect = (options: ConnectionOptions): Connection => {
  const opened = new Set<Redis>();
  const open = (maxRetriesPerRequest: number | null, commandTimeout?: number): ScriptedRedis => {
    const client = new BatchedRedis(options.redis, {
      ...resilientRedis,
      maxRetriesPerRequest,
      ...(commandTimeout === undefined ? {} : { commandTimeout }),
    });
    client.on('error', options.onError);
    opened.add(client);
    // A watcher's has its own end; ended once more, ioredis would wait two seconds for a socket that is gone.
    client.once('end', () => opened.delete(client));
    return defineScripts(client);
  };
  const telemetry = options.trace ? { telemetry: new BullMQOtel({ tracerName: 'whisper-bot' }) } : {};
  const queues = new Map<string, Queue>();
  let blocking: ScriptedRedis | undefined;
  let failFast: ScriptedRedis | undefined;
  let flow: FlowProducer | undefined;
  const connection: Connection = {
    options,
    telemetry,
    get blocking() {
      blocking ??= open(null);
      return blocking;
    },
    get failFast() {
      failFast ??= open(3, failFastBound);
      return failFast;
    },
    queue: <K extends QueueName>(name: K, mode: 'blocking' | 'failFast' = 'blocking') => {
      const key = `${mode}/${name}`;
      const known = queues.get(key);
      if (known !== undefined) return known as Queue<Payload<K>>;
      const queue = new Queue<Payload<K>>(name, {
        connection: connection[mode],
        prefix: options.prefix,
        skipWaitingForReady: true,
        ...telemetry,
        defaultJobOptions: jobOptions(name, options),
      });
      queue.on('error', options.onError);
      queues.set(key, queue as Queue);
      // What could not begin while Redis was away would refuse for ever: the next caller starts over.
      queue.waitUntilReady().catch(() => {
        if (queues.get(key) === (queue as Queue)) queues.delete(key);
      });
      return queue;
    },
    get flow() {
      if (flow === undefined) {
        flow = new FlowProducer({ connection: connection.blocking, prefix: options.prefix, ...telemetry });
        flow.on('error', options.onError);
      }
      return flow;
    },
    subscriber: () => open(null),
    close: async () => {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      await flow?.close().catch(() => undefined);
      for (const client of opened) client.disconnect();
    },
  };
  return connection;
};

/** Attempts, back-off and bounds of a queue's jobs. Jitter keeps a crowd that failed together from returning together. */
export const jobOptions = (name: QueueName, options: Pick<ConnectionOptions, 'retryDelay'>) => ({
  ...catalogue[name].job,
  backoff: { type: 'exponential', delay: options.retryDelay, jitter: 0.5 },
  stackTraceLimit: 3,
  keepLogs: 200,
});

/** Says in one sentence that Redis is away; other errors pass. */
export const unreachable = (error: unknown): unknown =>
  error instanceof Error && !(error instanceof TaskError) && isUnavailable(error)
    ? new TaskError('internal', 'The queue cannot take the recording right now. Please try again in a minute.', {
        cause: error,
      })
    : error;
