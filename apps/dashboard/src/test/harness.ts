import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { assemble, keepRecord } from '@whisper-bot/assembly';
import { resolveConfig } from '@whisper-bot/config';
import { startRedis } from '@whisper-bot/embedded/test/redis';
import { createDeliverFolder } from '@whisper-bot/pipeline';
import { createLogger } from '@whisper-bot/runtime';
import type { Role, Store } from '@whisper-bot/store';
import { freshDatabase } from '@whisper-bot/store/test/fresh-database';
import { createTaskFolder, type Task, type TaskId, taskSchema } from '@whisper-bot/task';
import { temporaryDirectory } from '@whisper-bot/testing';
import { createDashboard } from '../dashboard.js';
import type { DashboardDeps } from '../deps.js';
import { type OpenDepsOptions, openDeps } from '../open.js';
import { maskSecret } from '../web/session/csrf.js';
import { createStage, type StandInStage } from './stage.js';

/** A dashboard that really runs: PostgreSQL, Redis, queues and deliveries; only the speech engines are stand-ins. */
export interface Harness {
  /** `http://127.0.0.1:port`. */
  url: string;
  deps: DashboardDeps;
  store: Store;
  /** For further processes of the same installation. */
  environment: Record<string, string>;
  stage: StandInStage;
  /** Ids of delivered results, in order. */
  delivered: TaskId[];
  /** Address of the one-time link. */
  setup: string | null;
  /** Puts a recording into the queue as another channel would. */
  submit(given?: Partial<Pick<Task, 'title' | 'owner' | 'options'>>): Promise<Task>;
  /** Makes an account and signs it in; the cookie and the secret of its forms. */
  enter(role: Role, name?: string): Promise<{ cookie: string; csrf: string; name: string; password: string }>;
  close(): Promise<void>;
}

export interface HarnessOptions
  extends Partial<Pick<OpenDepsOptions, 'resolve' | 'uploadTimeouts' | 'answerBeat' | 'logger'>> {
  clickhouseUrl?: string;
  /** Over the harness's own; REDIS_URL and DATABASE_URL stand for servers of the test. */
  env?: Record<string, string>;
  /** Where models are downloaded from. */
  hub?: string;
  /** Whether stages are worked; default true. */
  work?: boolean;
}

export const startHarness = async ({
  clickhouseUrl,
  env = {},
  hub,
  work = true,
  logger = createLogger({ name: 'test', level: 'silent' }),
  ...more
}: HarnessOptions = {}): Promise<Harness> => {
  const directory = await temporaryDirectory('dashboard-test');
  const [redis, database] = await Promise.all([
    env.REDIS_URL === undefined ? startRedis() : null,
    env.DATABASE_URL === undefined ? freshDatabase() : null,
  ]);
  const environment = {
    WHISPER_BOT_HOME: join(directory.path, 'home'),
    ...(redis === null ? {} : { REDIS_URL: redis.url }),
    ...(database === null ? {} : { DATABASE_URL: database.url }),
    MIN_FREE_DISK: '0',
    KEEP_SOURCE: 'yes',
    ...(clickhouseUrl === undefined ? {} : { CLICKHOUSE_URL: clickhouseUrl }),
    ...env,
  };
  const config = resolveConfig({ env: environment });
  await mkdir(config.tasksDir, { recursive: true });
  const shippedModels = join(directory.path, 'shipped');
  await mkdir(shippedModels);
  await Promise.all(
    ['ggml-base-q8_0.bin', 'ggml-small-q8_0.bin'].map((name) => writeFile(join(shippedModels, name), 'weights')),
  );
  const ending = new AbortController();
  const closers: (() => unknown)[] = [];
  const lifecycle = {
    signal: ending.signal,
    onClose: (_name: string, close: (grace: number) => unknown) => void closers.push(() => close(0)),
  };
  const installation = await assemble({ config, logger, lifecycle });
  await keepRecord(installation, { config, logger, lifecycle });
  const deps = await openDeps({
    installation,
    config,
    shippedModels,
    ...(hub === undefined ? {} : { hub }),
    ...more,
    logger,
    lifecycle,
  });
  const { pipeline } = installation;
  const store = await installation.store?.within(180_000);
  if (store === undefined) throw new Error('no database');
  const stage = createStage();
  const delivered: TaskId[] = [];
  if (work) {
    const working = await pipeline.work(stage.handlers, { name: 'worker-1', model: 'base', lockDuration: 4000 });
    const end = createDeliverFolder(pipeline);
    const deliveries = await pipeline.serveDeliveries('folder', async (delivery, context) => {
      const { kind, task } = delivery;
      if (kind === 'result') delivered.push(task.id);
      await end(delivery, context);
    });
    closers.push(
      () => deliveries.close(),
      () => working.close(),
    );
  }
  const webhooks = await deps.webhooks.serve();
  closers.push(() => webhooks.close());
  const setup = await deps.setup.issue();
  const server = createServer(createDashboard(deps)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    deps,
    store,
    environment,
    stage,
    delivered,
    setup: setup === null ? null : `${url}/setup?token=${setup}`,
    submit: async (given = {}) => {
      const id = randomUUID() as TaskId;
      const folder = await createTaskFolder(config.tasksDir, id);
      await writeFile(folder.file('audio.wav'), silence(6));
      const task = taskSchema.parse({
        v: 1,
        id,
        channel: 'folder',
        source: 'audio.wav',
        title: 'Weekly call.wav',
        owner: 'tg:42',
        options: {},
        acceptedAt: new Date().toISOString(),
        ...given,
      });
      await pipeline.submit(task);
      return task;
    },
    enter: async (role, name = role) => {
      const password = `${name}-password-1`;
      const { accounts, sessions } = store;
      const account =
        (await accounts.create({ name, password, role })) ?? (await accounts.list()).find((each) => each.name === name);
      if (account === undefined) throw new Error('no account');
      const token = await sessions.open(account.id, { address: '127.0.0.1', agent: 'test' });
      const session = await sessions.find(token);
      return {
        cookie: `whisper_session_${new URL(url).port}=${token}`,
        csrf: maskSecret(session?.csrf ?? ''),
        name,
        password,
      };
    },
    close: async () => {
      stage.release();
      ending.abort();
      server.closeAllConnections();
      server.close();
      for (const close of closers.reverse()) await close();
      await database?.drop();
      await redis?.close();
      await directory.remove();
    },
  };
};

/** Seconds of silence as a WAV: 8 kHz, mono, 8 bit. */
const silence = (seconds: number): Buffer => {
  const rate = 8000;
  const samples = rate * seconds;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples, 40);
  return Buffer.concat([header, Buffer.alloc(samples, 128)]);
};
