import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@whisper-bot/config';
import { createPortStore, keepClickHouse, startEmbeddedPostgres, startEmbeddedRedis } from '@whisper-bot/embedded';
import { createLogger, type Logger, type Supervised } from '@whisper-bot/runtime';
import { ensureHome } from '../home/home.js';
import type { Up } from '../home/up-file.js';
import { type App, type Places, partEnvironment, startPart } from './part.js';
import { untilReady } from './ready.js';
import { rotateLogs } from './rotate.js';

/** All parts of one home, running. */
export interface System {
  up: Up;
  /** The processes it keeps alive, by name; undefined while one is between two lives. */
  processes(): Record<string, number | undefined>;
  /** Stops the parts in the reverse order of their start, each before the one it needs. */
  stop(): Promise<void>;
}

export interface SystemOptions {
  /** Takes lines about parts that come and go. */
  say: (text: string) => void;
  /** Aborting while it starts gives up. */
  signal: AbortSignal;
  /** Environment for the parts over this process's own. */
  env?: Record<string, string>;
  /** Server addresses passed to the parts, for example of a proxy. Default: the servers themselves. */
  through?: (places: Places) => Promise<Places>;
  /** Entry modules that stand in for an app's own. */
  programs?: Partial<Record<App, string>>;
}

/** What starting a part needs to know of the others. */
interface Scene {
  config: Config;
  logDir: string;
  /** For the parts. */
  env: Record<string, string>;
  stops: (() => Promise<void>)[];
  /** Each process by name, asked when someone wants to know. */
  pids: Map<string, () => number | undefined>;
  through: NonNullable<SystemOptions['through']>;
  programs: NonNullable<SystemOptions['programs']>;
  say: (text: string) => void;
  onRestart: (name: string) => (why: string, delayMs: number) => void;
}

/** Starts every part and resolves once all work. Throws CliError where one cannot; nothing then goes on running. */
export const startSystem = async (
  config: Config,
  { say, signal, env = {}, through = async (places) => places, programs = {} }: SystemOptions,
): Promise<System> => {
  const logDir = join(config.home, 'log');
  await ensureHome(config.home);
  for (const folder of [logDir, config.tasksDir]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const scene: Scene = {
    config,
    logDir,
    env,
    stops: [],
    pids: new Map(),
    through,
    programs,
    say,
    onRestart: (name) => (why, delayMs) =>
      say(`${name} ended (${why}); starting it again in ${delayMs / 1000} s. Its log: ${join(logDir, `${name}.log`)}`),
  };
  const stopRotating = rotateLogs(logDir, {}, () => say(`The logs in ${logDir} cannot be rotated.`));
  const stop = async (): Promise<void> => {
    for (const each of scene.stops.reverse()) await each();
    stopRotating();
  };
  try {
    const up = await startAll(scene, signal);
    const processes = () => Object.fromEntries([...scene.pids].map(([name, pid]) => [name, pid()]));
    return { up, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const startAll = async (scene: Scene, signal: AbortSignal): Promise<Up> => {
  const { config, logDir } = scene;
  const [redisUrl, databaseUrl, clickhouseUrl] = await Promise.all([
    config.redisUrl ?? embedRedis(scene),
    config.databaseUrl ?? embedPostgres(scene),
    config.clickhouseUrl ?? embedClickHouse(scene),
  ]);
  signal.throwIfAborted();
  const places = await scene.through({ redisUrl, databaseUrl, clickhouseUrl, tasksDir: config.tasksDir });
  const env = { ...scene.env, ...partEnvironment(config, places) };
  const ports = createPortStore(config.home);
  // One port a process: workers first, then the bot. A port that no one named is chosen here, once: who is restarted comes back to it.
  const metrics = async (index: number, name: string): Promise<Record<string, string>> => {
    if (config.metricsPort === null) return {};
    const port =
      config.metricsPort === 0 ? await ports.of(`${name} metrics`, config.metricsHost) : config.metricsPort + index;
    return { METRICS_PORT: String(port) };
  };
  const workers: Supervised[] = [];
  for (let index = 0; index < config.workers; index += 1) {
    const name = config.workers === 1 ? 'worker' : `worker-${index + 1}`;
    workers.push(start(scene, { app: 'worker', name, env: { ...env, ...(await metrics(index, name)) } }));
  }
  const dashboardPort = config.dashboardPort || (await ports.of('dashboard', config.dashboardHost));
  const dashboard = start(scene, {
    app: 'dashboard',
    name: 'dashboard',
    env: { ...env, DASHBOARD_PORT: String(dashboardPort) },
  });
  const bot =
    config.botToken === null
      ? null
      : start(scene, { app: 'bot', name: 'bot', env: { ...env, ...(await metrics(config.workers, 'bot')) } });
  const ready = (part: Supervised) => untilReady(part, { logDir, signal });
  await Promise.all(workers.map(ready));
  const [page, botStart] = await Promise.all([ready(dashboard), bot === null ? null : ready(bot)]);
  if (page?.setupUrl !== undefined)
    scene.say(`Create the dashboard’s first administrator (works once): ${page.setupUrl}`);
  return {
    v: 1,
    pid: process.pid,
    home: config.home,
    tasksDir: config.tasksDir,
    modelsDir: config.modelsDir,
    logDir,
    redisUrl,
    databaseUrl,
    clickhouseUrl,
    dashboardUrl: page?.url ?? null,
    bot: botStart !== null,
    workers: workers.length,
  };
};

const start = (scene: Scene, part: { app: App; name: string; env: Record<string, string> }): Supervised => {
  const { logDir, config, stops, pids, programs, onRestart } = scene;
  const program = programs[part.app];
  const supervised = startPart({
    ...part,
    ...(program === undefined ? {} : { program }),
    logDir,
    onRestart: onRestart(part.name),
  });
  pids.set(part.name, () => supervised.pid);
  // A little more than the part gives itself, so that it ends by itself.
  stops.push(() => supervised.stop((config.shutdownGrace + 15) * 1000));
  return supervised;
};

const embedRedis = async ({ config, logDir, stops, pids, onRestart }: Scene): Promise<string> => {
  const folder = join(config.home, 'redis');
  const redis = await startEmbeddedRedis({ folder, log: join(logDir, 'redis.log'), onRestart: onRestart('redis') });
  pids.set('redis', () => redis.process.pid);
  stops.push(() => redis.process.stop(10_000));
  return redis.url;
};

const embedPostgres = async (scene: Scene): Promise<string> => {
  const folder = join(scene.config.home, 'postgres');
  const postgres = await startEmbeddedPostgres({ dir: folder, logger: logTo(scene, 'postgres') });
  scene.pids.set('postgres', () => postgres.pid);
  scene.stops.push(() => postgres.close());
  return postgres.url;
};

/** Null where it cannot run: recordings are transcribed all the same, only the analytics are missing. */
const embedClickHouse = async (scene: Scene): Promise<string | null> => {
  const logger = logTo(scene, 'clickhouse');
  try {
    const clickhouse = await keepClickHouse(join(scene.config.home, 'clickhouse'), logger);
    scene.pids.set('clickhouse', () => clickhouse.pid);
    scene.stops.push(() => clickhouse.close());
    return clickhouse.url;
  } catch (error) {
    logger.error({ err: error }, 'embedded ClickHouse cannot run');
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    scene.say(`Analytics are off, all else works: ${reason}. Set CLICKHOUSE_URL to have them.`);
    return null;
  }
};

const logTo = ({ config, logDir }: Scene, name: string): Logger => {
  const destination = createWriteStream(join(logDir, `${name}.log`), { flags: 'a', mode: 0o600 });
  return createLogger({ name, level: config.logLevel, destination });
};
