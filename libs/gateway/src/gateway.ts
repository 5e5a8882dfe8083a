import { hostname } from 'node:os';
import type { Delivery, Pipeline } from '@whisper-bot/pipeline';
import { every, type Logger, untilAborted } from '@whisper-bot/runtime';
import { readTranscript, TaskError, taskFolder } from '@whisper-bot/task';
import { consume } from './consume.js';
import { createConsumerRegistry } from './consumer.js';
import { type IntakeOptions, takeEntry } from './intake.js';
import { errorMessage, type ResultMessage, successMessage } from './message.js';
import { group, openStreams, pairs, streamNames } from './stream.js';

export interface GatewayOptions {
  /** Redis of the streams; may be another than the pipeline's. */
  redis: string;
  pipeline: Pick<Pipeline, 'accept' | 'progress' | 'serveDeliveries'>;
  tasksDir: string;
  isKnownModel: IntakeOptions['isKnownModel'];
  /** Bytes of the largest recording that is taken; default: no bound. */
  largest?: number;
  logger: Logger;
  /** Starts the streams' names; default none: the plan's names. */
  prefix?: string;
  /** Of this process within the group; default host and pid. */
  consumer?: string;
  /** Seconds `result:{task_id}` lives; default one day. */
  resultTtl?: number;
  /** Seconds a result no one has a group for stays in `transcribe:results`; default seven days. */
  resultsKept?: number;
  /** Milliseconds after which a silent consumer's entries are taken over; one that lives says so four times in it. Default 20 000. */
  idle?: number;
  /** Longest pause before an entry that could not be stored is tried again, milliseconds: all behind it wait as well. Default 2000. */
  longestPause?: number;
}

/** What the stream of tasks holds. */
export interface StreamLag {
  /** Entries no one has read yet; null where Redis does not say (before 7.0). */
  unread: number | null;
  /** Read, and not yet stored. */
  pending: number;
}

export interface Gateway {
  /** How far the gateways are behind. */
  lag(): Promise<StreamLag>;
  /** Stops reading, finishes the entry in hand, and closes. */
  close(): Promise<void>;
}

const trimEvery = 30_000;
/** Tasks always have a group; should someone delete it, unread entries outlive any outage. Milliseconds. */
const year = 365 * 24 * 3600 * 1000;

/** Serves the plan's streams: entries become tasks, deliveries of the channel `stream` become results. */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { pipeline, tasksDir, logger, isKnownModel } = options;
  const names = streamNames(options.prefix);
  const ttl = options.resultTtl ?? 24 * 3600;
  const onError = (error: unknown) => logger.warn({ err: error }, 'gateway');
  const streams = openStreams(options.redis, onError);
  const reader = openStreams(options.redis, onError);
  const stop = new AbortController();

  const send = async (message: ResultMessage, mark: string): Promise<void> => {
    const { task_id: id } = message;
    await streams.writeResult(names.results, names.result(id), names.sent(id), JSON.stringify(message), mark, ttl);
  };

  const deliver = async (delivery: Delivery): Promise<void> => {
    const { task } = delivery;
    if (delivery.kind === 'failure') {
      await send(errorMessage(task.id, delivery, task.origin), `failure-${delivery.stage}`);
      return;
    }
    const transcript = await readTranscript(taskFolder(tasksDir, task.id));
    if (transcript === null) throw new TaskError('internal', 'The transcript is missing.');
    await send(successMessage(task, transcript), `result-${delivery.revision}`);
  };

  const intake: IntakeOptions = {
    streams,
    names,
    pipeline,
    tasksDir,
    isKnownModel,
    largest: options.largest,
    send,
    logger,
    longestPause: options.longestPause ?? 2000,
  };
  const consumer = options.consumer ?? `${hostname()}-${process.pid}`;
  const place = { stream: names.tasks, consumers: names.consumers, consumer };
  const consuming = consume({
    ...place,
    reader,
    idle: options.idle ?? 20_000,
    take: (entry) => takeEntry(entry, intake, stop.signal),
    onError,
    signal: stop.signal,
  });
  // Not by the reader: it may still block in a read.
  const closeConsumer = () => createConsumerRegistry({ ...place, reader: streams }).close();
  const deliveries = await pipeline.serveDeliveries('stream', deliver);
  const trim = async () => {
    await streams.trimRead(names.tasks, year);
    await streams.trimRead(names.results, (options.resultsKept ?? 7 * 24 * 3600) * 1000);
  };
  const trimming = every(trimEvery, trim, onError);

  return {
    async lag() {
      const groups = (await streams.xinfo('GROUPS', names.tasks)) as unknown[][];
      const [own] = groups.map(pairs).filter(({ name }) => name === group);
      return { unread: typeof own?.lag === 'number' ? own.lag : null, pending: Number(own?.pending ?? 0) };
    },
    async close() {
      stop.abort();
      void trimming.stop();
      reader.disconnect();
      await consuming;
      await deliveries.close();
      await untilAborted(closeConsumer(), AbortSignal.timeout(closeBound)).catch(onError);
      streams.disconnect();
    },
  };
};

/** Milliseconds a stop waits for Redis; without its answer the entries in hand wait until this consumer was silent for long. */
const closeBound = 1000;
