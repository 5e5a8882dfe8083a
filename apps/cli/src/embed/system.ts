import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@whisper-bot/config';
import { CliError } from '../failure.js';
import type { Up } from '../session/up-file.js';
import { type App, partEnvironment, startPart } from '../supervise/part.js';
import type { Supervised } from '../supervise/supervise.js';
import { startEmbeddedRedis } from './redis.js';

/** All parts of one home, running. */
export interface System {
  up: Up;
  /** Stops the parts in the reverse order of their start, each before the one it needs. */
  stop(): Promise<void>;
}

interface SystemOptions {
  /** Takes lines about parts that come and go. */
  say: (text: string) => void;
  /** Aborting while it starts gives up. */
  signal: AbortSignal;
}

/** Starts every part and resolves once all work. Throws CliError where one cannot; nothing then goes on running. */
export const startSystem = async (config: Config, { say, signal }: SystemOptions): Promise<System> => {
  const logDir = join(config.home, 'log');
  // The embedded PostgreSQL of root runs as another user, who must be able to pass through.
  await mkdir(config.home, { recursive: true, mode: 0o711 });
  for (const folder of [logDir, config.tasksDir]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
  };
  const onRestart = (name: string) => (why: string, delayMs: number) =>
    say(`${name} ended (${why}); starting it again in ${delayMs / 1000} s. Its log: ${join(logDir, `${name}.log`)}`);
  try {
    const redisUrl = config.redisUrl ?? (await embedRedis(config, { logDir, stops, onRestart: onRestart('redis') }));
    const env = partEnvironment(config, { redisUrl, tasksDir: config.tasksDir });
    const start = (app: App, name: string): Supervised => {
      const part = startPart({ app, name, logDir, env, onRestart: onRestart(name) });
      stops.push(() => part.stop((config.shutdownGrace + 15) * 1000));
      return part;
    };
    const workers = Array.from({ length: config.workers }, (_, index) =>
      start('worker', config.workers === 1 ? 'worker' : `worker-${index + 1}`),
    );
    for (const worker of workers) await untilReady(worker, { logDir, signal });
    const up: Up = {
      v: 1,
      pid: process.pid,
      home: config.home,
      tasksDir: config.tasksDir,
      modelsDir: config.modelsDir,
      logDir,
      redisUrl,
      databaseUrl: config.databaseUrl,
      clickhouseUrl: config.clickhouseUrl,
      dashboardUrl: null,
      bot: false,
      workers: workers.length,
    };
    return { up, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const embedRedis = async (
  { home }: Config,
  {
    logDir,
    stops,
    onRestart,
  }: { logDir: string; stops: (() => Promise<void>)[]; onRestart: (why: string, ms: number) => void },
): Promise<string> => {
  const redis = await startEmbeddedRedis({ folder: join(home, 'redis'), log: join(logDir, 'redis.log'), onRestart });
  stops.push(() => redis.process.stop(10_000));
  return redis.url;
};

/** How long a part may take until it works, milliseconds: the first start of a database on a slow disk included. */
const startBound = 60_000;

const untilReady = async (
  part: Supervised,
  { logDir, signal }: { logDir: string; signal: AbortSignal },
): Promise<string | undefined> => {
  const log = join(logDir, `${part.name}.log`);
  const overdue = AbortSignal.any([signal, AbortSignal.timeout(startBound)]);
  const late = new Promise<null>((resolve) => {
    if (overdue.aborted) resolve(null);
    overdue.addEventListener('abort', () => resolve(null), { once: true });
  });
  const start = await Promise.race([part.started, late]);
  signal.throwIfAborted();
  if (start === null) throw new CliError(`The ${part.name} does not come up; its log is ${log}`);
  if (start.kind === 'ended') throw new CliError(`The ${part.name} ended at once; its log is ${log}`);
  return start.announcement.url;
};
