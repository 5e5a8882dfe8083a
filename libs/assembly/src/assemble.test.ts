import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { timeline } from '@whisper-bot/analytics';
import { type Config, resolveConfig } from '@whisper-bot/config';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@whisper-bot/embedded';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import type { StageHandlers } from '@whisper-bot/pipeline';
import { createLogger } from '@whisper-bot/runtime';
import { freshDatabase, type TestDatabase } from '@whisper-bot/store/test/fresh-database';
import {
  createTaskFolder,
  type Task,
  TaskError,
  type TaskId,
  taskFolder,
  taskSchema,
  writeResult,
} from '@whisper-bot/task';
import { type TemporaryDirectory, temporaryDirectory, until } from '@whisper-bot/testing';
import { transcriptSchema } from '@whisper-bot/transcript';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { assemble, type Installation, keepRecord, watchProcess } from './index.js';

const logger = createLogger({ name: 'test', level: 'silent' });
let directory: TemporaryDirectory;
let redis: TestRedis;
let clickhouse: EmbeddedClickHouse;
let collector: Collector;
beforeAll(async () => {
  directory = await temporaryDirectory('assembly');
  redis = await startRedis();
  clickhouse = await startEmbeddedClickHouse({ dir: join(directory.path, 'clickhouse'), logger });
  collector = await startCollector();
});
afterAll(async () => {
  await redis.close();
  await clickhouse.close();
  collector.close();
  await directory.remove();
});

let postgres: TestDatabase;
/** Opens when a test says so: until then every stage waits. */
let gate: { open(): void; opened: Promise<void> };
let delivered: string[];
let installation: Installation;
let metricsUrl: string;
let closers: (() => unknown)[];
let config: Config;

const stages: StageHandlers = {
  prepare: async () => ({ duration: 1, chunks: [1] }),
  transcribe: async ({ report, signal }) => {
    // As an engine does: it keeps reporting, and stops when it is asked to.
    const ticking = setInterval(report, 20, 0.5);
    try {
      await Promise.race([gate.opened, once(signal, 'abort')]);
    } finally {
      clearInterval(ticking);
    }
    signal.throwIfAborted();
    if (failing) throw new TaskError('no-audio-track', 'There is no sound in it.');
  },
  diarize: async () => undefined,
  merge: async () => undefined,
};

/** Whether transcribing fails for good. */
let failing = false;
const spoken = transcriptSchema.parse({
  v: 1,
  language: 'en',
  duration: 1,
  model: 'base',
  engine: 'stand-in',
  translated: false,
  speakers: { outcome: 'off', list: [] },
  text: 'Said.',
  segments: [],
});

/** What this process says that it lacks besides. */
let lacking: string[] = [];

beforeEach(async () => {
  postgres = await freshDatabase();
  let open!: () => void;
  gate = { opened: new Promise<void>((resolve) => (open = resolve)), open: () => open() };
  delivered = [];
  lacking = [];
  failing = false;
  closers = [];
  config = resolveConfig({
    env: {
      WHISPER_BOT_HOME: join(directory.path, randomUUID()),
      REDIS_URL: redis.url,
      DATABASE_URL: postgres.url,
      MIN_FREE_DISK: '0',
      METRICS_PORT: '0',
      TRACES_URL: collector.url,
      CLICKHOUSE_URL: clickhouse.url,
    },
  });
  const lifecycle = {
    onClose: (_name: string, close: (grace: number) => unknown) => void closers.push(() => close(0)),
  };
  const options = { config, logger, lifecycle };
  installation = await assemble(options);
  await keepRecord(installation, options, { grace: 1, interval: 500 });
  metricsUrl = (await watchProcess(installation, options, () => lacking))?.url ?? '';
  const work = await installation.pipeline.work(stages, {
    concurrency: { transcribe: 4 },
    lockDuration: 2000,
    cleanInterval: 300,
  });
  const deliveries = await installation.pipeline.serveDeliveries('folder', async ({ task }) => {
    delivered.push(task.id);
  });
  closers.push(
    () => deliveries.close(),
    () => work.close(),
  );
});
afterEach(async () => {
  gate.open();
  for (const close of closers.reverse()) await close();
  await postgres.drop();
});

it('a recording that a waiting entry or request still names is no orphan, however long intake pauses', async () => {
  const [entry, elsewhere, fetching, orphan] = await Promise.all(
    Array.from({ length: 4 }, () => createTaskFolder(config.tasksDir, randomUUID() as TaskId)),
  );
  if (!entry || !elsewhere || !fetching || !orphan) throw new Error('no folders');
  const client = new Redis(redis.url);
  // No one reads the stream: intake is paused.
  await client.xadd('transcribe:tasks', '*', 'task_id', entry.id, 'file_path', elsewhere.file('audio.ogg'));
  await installation.store?.opened;
  const database = new pg.Client({ connectionString: config.databaseUrl ?? '' });
  await database.connect();
  await database.query(
    `insert into telegram_request (bot_id, task_id, chat_id, user_id, file_unique_id, state, body)
     values (1, $1, 1, 1, '', 'fetching', '{}')`,
    [fetching.id],
  );
  for (const { path } of [entry, elsewhere, fetching, orphan]) await utimes(path, 0, 0);
  await until(async () => !existsSync(orphan.path));
  for (const { path } of [entry, elsewhere, fetching]) expect(existsSync(path)).toBe(true);
  await client.del('transcribe:tasks');
  client.disconnect();
  await database.end();
});

const submit = async (more: Partial<Task> = {}): Promise<Task> => {
  const id = randomUUID() as TaskId;
  const folder = await createTaskFolder(config.tasksDir, id);
  await writeFile(folder.file('audio.ogg'), 'sound');
  const task = taskSchema.parse({
    v: 1,
    id,
    channel: 'folder',
    source: 'audio.ogg',
    owner: 'local',
    options: { diarize: false },
    acceptedAt: new Date().toISOString(),
    ...more,
  });
  await installation.pipeline.submit(task);
  return task;
};
const store = () => installation.store?.within(120_000) ?? Promise.reject(new Error('no store'));
const countIn = async (state: 'done' | 'failed') =>
  (await (await store()).tasks.search({ state }, { limit: 100 })).rows.length;

describe('what was accepted', () => {
  it('is finished although Redis was emptied in the middle of 50 tasks', async () => {
    const tasks = await Promise.all(Array.from({ length: 50 }, () => submit()));
    await until(async () => {
      const states = await Promise.all(tasks.map(async ({ id }) => (await installation.pipeline.progress(id))?.state));
      return states.includes('running');
    });
    const client = new Redis(redis.url);
    await client.flushall();
    await client.quit();
    gate.open();
    await until(async () => (await countIn('done')) === 50);
    expect(await countIn('failed')).toBe(0);
    expect(new Set(delivered)).toEqual(new Set(tasks.map(({ id }) => id)));
  });

  it('and has failed is in dead again once Redis was emptied, an edit that waited is shown, and a retry that waited runs', async () => {
    const { pipeline, transcripts } = installation;
    const client = new Redis(redis.url);
    failing = true;
    gate.open();
    const [failed, retried] = [await submit(), await submit()];
    const edited = await submit({ channel: 'telegram' });
    await until(async () => (await countIn('failed')) === 3);
    const { tasks } = await store();
    await writeResult(taskFolder(config.tasksDir, edited.id), 1, spoken);
    await transcripts.edit(edited.id, (transcript) => ({ ...transcript, text: 'Corrected.' }));
    const version = (await transcripts.read(edited.id))?.version;
    await pipeline.announceEdit({ taskId: edited.id, revision: 1, edit: 1, ...version });
    failing = false;
    // Both failures have been reported; what comes from here on are results.
    await until(() => delivered.length === 2);
    delivered.length = 0;
    // No worker takes it before Redis is emptied.
    await pipeline.queue('transcribe').pause();
    expect(await pipeline.retry(retried.id)).toBe(true);
    await until(async () => (await tasks.find(retried.id))?.state === 'accepted');
    await client.flushall();
    await client.quit();
    const shown: string[] = [];
    const edits = await pipeline.serveEdits(async (id) => {
      shown.push(id);
      if (version !== undefined) await tasks.shown({ taskId: id, ...version });
    });
    closers.push(() => edits.close());
    await until(() => shown.includes(edited.id));
    await until(async () => (await pipeline.deadLetters()).some(({ taskId }) => taskId === failed.id));
    await until(() => delivered.includes(retried.id));
    expect(await pipeline.retry(failed.id)).toBe(true);
    await until(() => delivered.includes(failed.id));
    expect(delivered.filter((id) => id === retried.id)).toHaveLength(1);
  });

  it('is queued again where its live state says that it runs and no job does', async () => {
    const task = await submit();
    await until(async () => (await installation.pipeline.progress(task.id))?.state === 'running');
    const client = new Redis(redis.url);
    // As a process leaves it that dies between two writes, or an operator who empties a queue by hand.
    const jobs = await client.keys('whisper:*');
    const gone = jobs.filter((key) => !key.startsWith('whisper:task:') && !key.startsWith('whisper:rates'));
    await client.del(...gone);
    await client.quit();
    gate.open();
    await until(async () => (await countIn('done')) === 1);
    expect(delivered).toEqual([task.id]);
  });

  it('is in the record before it is in the queue, with every state it went through', async () => {
    const task = await submit();
    expect(await (await store()).tasks.find(task.id)).not.toBeNull();
    gate.open();
    const { tasks } = await store();
    const states = await until(async () => {
      const changes = await tasks.changes(task.id);
      return changes.length >= 5 && changes.map(({ state }) => state);
    });
    expect(states).toEqual(['accepted', 'preparing', 'running', 'delivering', 'done']);
  });
});

it('with PostgreSQL away intake is refused with a sentence, running tasks finish, and the record catches up', async () => {
  const tasks = await Promise.all(Array.from({ length: 10 }, () => submit()));
  const { db } = await store();
  const away = await holdDatabase(new URL(config.databaseUrl ?? ''));
  await expect(submit()).rejects.toMatchObject({
    code: 'internal',
    retryable: true,
    message: expect.stringContaining('record'),
  });
  gate.open();
  await until(() => delivered.length === 10);
  await away.release();
  await until(async () => (await countIn('done')) === 10);
  expect(tasks).toHaveLength(10);
  expect(db).toBeDefined();
});

describe('what Prometheus reads', () => {
  const documented = async () => {
    const page = await readFile(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
    return [...page.matchAll(/^\| `(whisper_\w+)`/gm)].map(([, name]) => name ?? '');
  };

  it('holds every metric that is documented', async () => {
    await submit();
    gate.open();
    const read = async () => (await fetch(`${metricsUrl}/metrics`)).text();
    await until(async () => (await read()).includes('whisper_tasks_total{event="delivered",channel="folder"} 1'));
    installation.metrics.watchStreams(async () => ({ unread: 2, pending: 1 }));
    const text = await read();
    const names = await documented();
    expect(names.length).toBeGreaterThan(4);
    // Those of failures and analytics have no sample while nothing fails and no ClickHouse is named.
    for (const name of names) expect(text).toContain(`# TYPE ${name} `);
    expect(text).toMatch(/whisper_stage_run_seconds_count{stage="merge",outcome="finished"} 1/);
  });

  it('is what the Grafana dashboard asks for, and nothing else', async () => {
    const file = join(import.meta.dirname, '../../../docker/grafana-dashboard.json');
    const dashboard = grafanaSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const names = await documented();
    const dashboardOnly = [
      'whisper_queue_jobs',
      'whisper_queue_oldest_seconds',
      'whisper_workers',
      'whisper_disk_free_bytes',
    ];
    const asked = dashboard.panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/whisper_\w+/g) ?? []),
    );
    expect(asked.length).toBeGreaterThan(8);
    for (const name of asked) expect([...names, ...dashboardOnly]).toContain(name.replace(/_(bucket|sum|count)$/, ''));
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it('comes with readiness that names what is away', async () => {
    expect((await fetch(`${metricsUrl}/readyz`)).status).toBe(200);
    const away = await holdDatabase(new URL(config.databaseUrl ?? ''));
    const answer = await until(async () => {
      const ready = await fetch(`${metricsUrl}/readyz`);
      return ready.status === 503 && ready.text();
    });
    expect(answer).toBe('PostgreSQL does not answer\n');
    expect((await fetch(`${metricsUrl}/healthz`)).status).toBe(200);
    await away.release();
    await until(async () => (await fetch(`${metricsUrl}/readyz`)).status === 200);
    lacking = ['Telegram is unreachable'];
    const ready = await fetch(`${metricsUrl}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, 'Telegram is unreachable\n']);
  });
});

it('a trace and the events of a task have the same times', async () => {
  const task = await submit();
  gate.open();
  await until(() => delivered.includes(task.id));
  const marks = await until(async () => {
    await installation.recorder?.flush();
    const all = (await installation.analytics?.ask(timeline, { taskId: task.id })) ?? [];
    return all.some(({ event }) => event === 'delivered') && all;
  });
  // Spans go out in batches: closing sends them.
  for (const close of closers.splice(0).reverse()) await close();
  const spans = collector.spans.filter(({ attributes }) => attributes['bullmq.job.id']?.startsWith(task.id));
  const runs = spans.filter(({ name }) => name.startsWith('process ') && name !== 'process record');
  expect(runs.map(({ name }) => name).sort()).toEqual([
    'process deliver-folder',
    'process merge',
    'process prepare',
    'process transcribe',
  ]);
  expect(new Set(runs.map(({ traceId }) => traceId)).size).toBe(1);
  for (const stage of ['prepare', 'transcribe', 'merge']) {
    const run = runs.find(({ name }) => name === `process ${stage}`);
    const of = (event: string) => marks.find((mark) => mark.stage === stage && mark.event === event)?.at ?? 0;
    // A span holds the round trips to Redis as well, so it begins earlier and ends later.
    expect(of('started')).toBeGreaterThanOrEqual((run?.start ?? 0) - 1);
    expect(of('finished')).toBeLessThanOrEqual((run?.end ?? 0) + 1);
  }
});

interface Span {
  name: string;
  traceId: string;
  /** Unix milliseconds. */
  start: number;
  end: number;
  attributes: Record<string, string>;
}
interface Collector {
  url: string;
  spans: Span[];
  close(): void;
}

const spanSchema = z.object({
  name: z.string(),
  traceId: z.string(),
  startTimeUnixNano: z.coerce.number(),
  endTimeUnixNano: z.coerce.number(),
  attributes: z.array(z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) })),
});
const otlpSchema = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) })),
});

/** An OpenTelemetry collector, as far as an exporter sees it. */
const startCollector = async (): Promise<Collector> => {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    for (const { scopeSpans } of otlpSchema.parse(JSON.parse(body)).resourceSpans)
      for (const span of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({
          name: span.name,
          traceId: span.traceId,
          start: span.startTimeUnixNano / 1e6,
          end: span.endTimeUnixNano / 1e6,
          attributes: Object.fromEntries(span.attributes.map(({ key, value }) => [key, value.stringValue ?? ''])),
        });
    response.setHeader('Content-Type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    spans,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** What Grafana needs of a panel to draw it (its dashboard JSON model, schema version 39). */
const grafanaSchema = z.object({
  title: z.string(),
  uid: z.string(),
  schemaVersion: z.number().min(30),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  panels: z.array(
    z.object({
      id: z.number().int(),
      type: z.enum(['timeseries', 'stat', 'bargauge']),
      title: z.string(),
      datasource: z.object({ type: z.literal('prometheus'), uid: z.string() }),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() })).min(1),
    }),
  ),
});

/** Shuts everyone out of one database, as an outage would: connections are cut and new ones refused. */
const holdDatabase = async (url: URL): Promise<{ release(): Promise<void> }> => {
  const name = url.pathname.slice(1);
  const admin = new URL(postgres.url);
  admin.pathname = '/postgres';
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  await client.query(`alter database ${name} allow_connections false`);
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  return {
    release: async () => {
      await client.query(`alter database ${name} allow_connections true`);
      await client.end();
    },
  };
};
