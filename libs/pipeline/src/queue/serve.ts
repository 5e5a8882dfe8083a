import { TaskError } from '@whisper-bot/task';
import { DelayedError, type Job, WaitingError, Worker } from 'bullmq';
import { catalogue, type Payload, type QueueName } from '../catalogue.js';
import type { PipelineContext } from '../context.js';
import { createHolder } from './holder.js';

/** How a process works a queue. */
export interface ServeOptions {
  concurrency?: number;
  /** Milliseconds a job's lock lasts without being renewed; a dead worker's job is taken over after one to two of it. */
  lockDuration?: number;
  /** Milliseconds between two looks for jobs whose worker has died; default a quarter of the lock's duration, at most 2000. */
  lookInterval?: number;
  /** Shown in Bull Board as who ran the job. */
  name?: string;
}

/** One queue being served by this process. */
export interface Served {
  /** The jobs running in this process right now. */
  running(): Job[];
  /** Aborts one running job, or all those of one task; the reason reaches its signal. */
  abort(match: (job: Job) => boolean, reason: Error): void;
  /** Takes no more jobs; waits `grace` milliseconds for the running ones, then aborts them and puts them back. */
  close(grace?: number): Promise<void>;
}

/** One run of a job. */
export interface Run {
  /** Aborts on cancel, on a lost lock, and when the worker closes. */
  signal: AbortSignal;
  /** Ends the run early; the first reason stands. */
  abort(reason: Error): void;
}

type Handle<K extends QueueName> = (job: Job<Payload<K>>, payload: Payload<K>, run: Run) => Promise<void>;

interface RunningJob extends Run {
  job: Job;
  token: string;
  /** Monotonic milliseconds of the last time the lock was known to be ours. */
  held: number;
}

const defaultLock = 20_000;
/** Milliseconds between two looks for jobs whose worker has died, at most. */
const longestLook = 2000;
/** Milliseconds a handler may take to answer an abort; engines are killed, so it is long. */
const abortBound = 15_000;
/** Milliseconds BullMQ may take to close while no job runs: after an outage it has been seen to wait for a blocked read without end. */
const closeBound = 3000;

class PutBack extends Error {}

/** Thrown by a run for lack of something that comes back by itself: the job runs again after the pause, and no attempt has failed. */
export class Postponed extends Error {
  override readonly name = 'Postponed';
  /** @param pause milliseconds */
  constructor(
    readonly pause: number,
    options?: ErrorOptions,
  ) {
    super('The job is postponed.', options);
  }
}

/** The job is not this run's any more. */
export const lockLost = (): Error =>
  new TaskError('internal', 'Another worker has taken over.', { cause: 'lock lost' });

/**
 * Works a queue. Locks are renewed here and not by BullMQ, whose timer compares wall-clock times (a clock set back by an hour
 * stops it for that hour) and which does not say when the connection is gone for longer than the lock: either way
 * the job is aborted, and its late result refused.
 */
export const serveQueue = <K extends QueueName>(
  context: PipelineContext,
  name: K,
  handle: Handle<K>,
  options: ServeOptions & { onDead?: (job: Job) => Promise<void> } = {},
): Served => {
  const { connection, log } = context;
  const lockDuration = options.lockDuration ?? defaultLock;
  const lookInterval = options.lookInterval ?? Math.min(lockDuration / 4, longestLook);
  const running = new Map<string, RunningJob>();
  const afterwards = new Set<Promise<void>>();

  const worker = new Worker(
    name,
    async (job: Job<Payload<K>>, token = '') => {
      const { run, settle } = createRun();
      const id = job.id ?? '';
      running.set(id, { ...run, job, token, held: performance.now() });
      try {
        await settle(handle(job, parsePayload(name, job), run));
        run.signal.throwIfAborted();
      } catch (error) {
        if (error instanceof Postponed && !run.signal.aborted) {
          await job.moveToDelayed(Date.now() + error.pause, token);
          throw new DelayedError();
        }
        if (!(run.signal.reason instanceof PutBack)) throw error;
        await job.moveToWait(token);
        throw new WaitingError();
      } finally {
        running.delete(id);
      }
    },
    {
      connection: connection.blocking,
      prefix: connection.options.prefix,
      ...connection.telemetry,
      ...catalogue[name].worker,
      ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
      ...(options.name === undefined ? {} : { name: options.name }),
      lockDuration,
      skipLockRenewal: true,
      stalledInterval: lookInterval,
      // A put-back job announces itself to no one: others look again after this many seconds.
      drainDelay: 2,
    },
  );
  worker.on('error', (error) => log.warn({ queue: name, err: error }, 'queue worker'));
  worker.on('failed', (job) => {
    // `finishedOn` is only set where no attempt is left.
    if (job?.finishedOn === undefined || job.finishedOn === null || options.onDead === undefined) return;
    const reported = options.onDead(job).catch((error: unknown) => {
      log.warn({ queue: name, jobId: job.id, err: error }, 'the sweep will report this failure');
    });
    afterwards.add(reported);
    void reported.finally(() => afterwards.delete(reported));
  });

  const renew = async (): Promise<void> => {
    const entries = [...running.values()];
    if (entries.length === 0) return;
    const asked = performance.now();
    const lost = new Set(
      await worker.extendJobLocks(
        entries.map(({ job }) => job.id ?? ''),
        entries.map(({ token }) => token),
        lockDuration,
      ),
    );
    for (const entry of entries) {
      if (lost.has(entry.job.id ?? '')) entry.abort(lockLost());
      else entry.held = asked;
    }
  };
  let renewing = false;
  const timer = setInterval(() => {
    for (const entry of running.values()) {
      if (performance.now() - entry.held > lockDuration) entry.abort(lockLost());
    }
    if (renewing) return;
    renewing = true;
    renew()
      .catch((error: unknown) => log.warn({ queue: name, err: error }, 'lock renewal failed'))
      .finally(() => {
        renewing = false;
      });
  }, lockDuration / 4);

  const holder = createHolder(connection, name, worker.id);
  let looking = false;
  const look = (): void => {
    // While Redis is away one is enough.
    if (looking) return;
    looking = true;
    holder
      .look()
      // What a dead one held waits for no further look for stalled jobs: this one comes at once.
      .then((released) => (released > 0 ? worker.startStalledCheckTimer() : undefined))
      .catch((error: unknown) => log.warn({ queue: name, err: error }, 'lock holder check failed'))
      .finally(() => {
        looking = false;
      });
  };
  look();
  const lookTimer = setInterval(look, lookInterval);

  return {
    running: () => [...running.values()].map(({ job }) => job),
    abort: (match, reason) => {
      for (const entry of running.values()) if (match(entry.job)) entry.abort(reason);
    },
    close: async (grace = 0) => {
      const closed = worker.close();
      const { idle, stop } = whenIdle(running, closeBound);
      const deadline = setTimeout(() => {
        for (const entry of running.values()) entry.abort(new PutBack('the worker is closing'));
      }, grace);
      await Promise.race([closed, idle]);
      stop();
      clearTimeout(deadline);
      clearInterval(timer);
      clearInterval(lookTimer);
      await holder.close();
      await Promise.all(afterwards);
    },
  };
};

/** Resolves once no job has run for so many milliseconds. */
const whenIdle = (running: ReadonlyMap<string, unknown>, bound: number): { idle: Promise<void>; stop: () => void } => {
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<void>((resolve) => {
    let since = performance.now();
    timer = setInterval(() => {
      if (running.size > 0) since = performance.now();
      else if (performance.now() - since > bound) resolve();
    }, 100);
  });
  return { idle, stop: () => clearInterval(timer) };
};

const parsePayload = <K extends QueueName>(name: K, job: Job): Payload<K> => {
  const parsed = catalogue[name].schema.safeParse(job.data);
  if (!parsed.success) {
    throw new TaskError('invalid-request', 'The request is not understood.', { cause: parsed.error.message });
  }
  return parsed.data as Payload<K>;
};

/** A run, and a way to wait for its work: its own end, or the abort's reason where it does not answer an abort in time. */
const createRun = (): { run: Run; settle: (work: Promise<void>) => Promise<void> } => {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let overdue: (() => void) | null = () => {};
  return {
    run: {
      signal: controller.signal,
      abort: (reason) => {
        controller.abort(reason);
        if (overdue !== null) timer ??= setTimeout(() => overdue?.(), abortBound);
      },
    },
    settle: async (work) => {
      try {
        await new Promise<void>((resolve, reject) => {
          overdue = () => reject(controller.signal.reason as Error);
          work.then(resolve, reject);
        });
      } finally {
        overdue = null;
        clearTimeout(timer);
      }
    },
  };
};
