import { readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assemble } from '@whisper-bot/assembly';
import type { Config } from '@whisper-bot/config';
import { startEmbeddedRedis } from '@whisper-bot/embedded';
import type { WorkerPipeline } from '@whisper-bot/pipeline';
import { createLogger, isAlive, type Supervised } from '@whisper-bot/runtime';
import type { TranscriptStore } from '@whisper-bot/task';
import { CliError } from '../failure.js';
import { ensureHome } from '../home/home.js';
import { isHomeHeld } from '../home/home-lock.js';
import { readUp } from '../home/up-file.js';
import { type Places, partEnvironment, startPart } from '../supervise/part.js';

/** A pipeline for the length of one command. */
export interface Session {
  pipeline: WorkerPipeline;
  transcripts: TranscriptStore;
  tasksDir: string;
  /** Whether all of it, the task folders included, goes away with the command. */
  passing: boolean;
  /** Aborts with the reason where the worker of this session cannot work. */
  broken: AbortSignal;
  close(): Promise<void>;
}

/** Milliseconds a worker may take to let go of what it does. */
const grace = 5000;

/**
 * The running `up` of this home, or the Redis that was named, or else a private Redis and a worker for this command
 * alone, in a folder that goes away with it.
 */
export const openSession = async (config: Config): Promise<Session> => {
  if (await isHomeHeld(config.home)) {
    const up = await readUp(config.home);
    if (up === null) throw new CliError('The running whisper-bot is just starting; try again in a moment.');
    return attach(config, up);
  }
  return config.redisUrl === null ? openPassing(config) : openOnRedis(config, config.redisUrl);
};

/** The running `up`, or the Redis that was named; for commands that make no sense without one. */
export const attachSession = async (config: Config): Promise<Session> => {
  if (config.redisUrl === null && !(await isHomeHeld(config.home))) {
    throw new CliError('whisper-bot is not running here: start it with `whisper-bot up`, or set REDIS_URL.');
  }
  const session = await openSession({ ...config, workers: 0 });
  return session;
};

/** Opens queue and record as the other processes of the installation do: what is accepted is written down first. */
const attach = async (
  config: Config,
  { redisUrl, databaseUrl, tasksDir }: Omit<Places, 'clickhouseUrl'>,
): Promise<Session> => {
  const closers: ((graceMs: number) => unknown)[] = [];
  const { pipeline, transcripts } = await assemble({
    config: { ...config, redisUrl, databaseUrl, tasksDir, clickhouseUrl: null },
    logger: createLogger({ name: 'cli', level: 'silent' }),
    lifecycle: { onClose: (_name, close) => void closers.push(close) },
  });
  const close = async (): Promise<void> => {
    for (const each of closers.reverse()) await each(grace);
  };
  return { pipeline, transcripts, tasksDir, passing: false, broken: new AbortController().signal, close };
};

const openOnRedis = async (config: Config, redisUrl: string): Promise<Session> => {
  await mkdir(config.tasksDir, { recursive: true, mode: 0o700 });
  const { tasksDir, databaseUrl, clickhouseUrl } = config;
  const session = await attach(config, { redisUrl, databaseUrl, tasksDir });
  if (config.workers === 0 || (await session.pipeline.transcribers()) > 0) return session;
  const logDir = join(config.home, 'log');
  await ensureHome(config.home);
  await mkdir(logDir, { recursive: true, mode: 0o700 });
  const env = partEnvironment(config, { redisUrl, databaseUrl, clickhouseUrl, tasksDir });
  const { worker, broken } = startWorker(logDir, env);
  return {
    ...session,
    broken,
    close: async () => {
      await session.close();
      await worker.stop(grace);
    },
  };
};

const openPassing = async (config: Config): Promise<Session> => {
  const run = join(config.home, 'run');
  await ensureHome(config.home);
  await mkdir(run, { recursive: true, mode: 0o700 });
  await sweep(run);
  const folder = join(run, `once-${process.pid}`);
  const tasksDir = join(folder, 'tasks');
  await mkdir(tasksDir, { recursive: true, mode: 0o700 });
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  try {
    const redis = await startEmbeddedRedis({ folder: join(folder, 'redis'), log: join(folder, 'redis.log') });
    const places = { redisUrl: redis.url, tasksDir, databaseUrl: null, clickhouseUrl: null };
    const env = partEnvironment(config, places);
    const { worker, broken } = startWorker(folder, env);
    const session = await attach(config, places);
    return {
      ...session,
      passing: true,
      broken,
      close: async () => {
        await session.close();
        await worker.stop(grace);
        await redis.process.stop(grace);
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

/** A worker that dies again and again is not waited for. */
const startWorker = (logDir: string, env: Record<string, string>): { worker: Supervised; broken: AbortSignal } => {
  const broken = new AbortController();
  let deaths = 0;
  const onRestart = (why: string): void => {
    deaths += 1;
    if (deaths < 3) return;
    const log = readFileSync(join(logDir, 'worker.log'), 'utf8').trimEnd().split('\n').slice(-8).join('\n');
    broken.abort(new CliError(`The worker process keeps ending (${why}):\n${log}`));
  };
  return { worker: startPart({ app: 'worker', name: 'worker', logDir, env, onRestart }), broken: broken.signal };
};

/** Removes what commands left that were killed. */
const sweep = async (run: string): Promise<void> => {
  for (const name of await readdir(run)) {
    const pid = /^once-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(run, name), { recursive: true, force: true });
  }
};
