// PostgreSQL away for 30 s, then ClickHouse away for 30 s, under a steady load: intake pauses, running tasks finish, nothing is lost.
// Run: node bench/outage.mjs   (after ./whisper-bot has built the project; real Redis, PostgreSQL, ClickHouse, stand-in engines)
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openAnalytics } from '@whisper-bot/analytics';
import { assemble, keepRecord } from '@whisper-bot/assembly';
import { resolveConfig } from '@whisper-bot/config';
import { startEmbeddedClickHouse, startEmbeddedPostgres } from '@whisper-bot/embedded';
import { startRedis } from '@whisper-bot/embedded/test/redis';
import { createLogger } from '@whisper-bot/runtime';
import { createTaskFolder, taskSchema } from '@whisper-bot/task';
import pg from 'pg';

const outage = 30_000;
const tasksPerSecond = 5;
const stageMs = 200;

const logger = createLogger({ name: 'bench', level: 'silent' });
const root = mkdtempSync(join(tmpdir(), 'bench-outage-'));
chmodSync(root, 0o755);
const redis = await startRedis();
const postgres = await startEmbeddedPostgres({ dir: join(root, 'postgres'), logger });
let clickhouse = await startEmbeddedClickHouse({ dir: join(root, 'clickhouse'), logger });

const admin = new pg.Client({ connectionString: postgres.url });
await admin.connect();
await admin.query('create database bench');
const databaseUrl = new URL(postgres.url);
databaseUrl.pathname = '/bench';
const config = resolveConfig({
  env: {
    WHISPER_BOT_HOME: join(root, 'home'),
    REDIS_URL: redis.url,
    DATABASE_URL: databaseUrl.href,
    CLICKHOUSE_URL: clickhouse.url,
    MIN_FREE_DISK: '0',
  },
});
const closers = [];
const options = { config, logger, lifecycle: { onClose: (_name, close) => closers.push(close) } };
const installation = await assemble(options);
const { pipeline, store, recorder } = installation;
await keepRecord(installation, options, { grace: 10, interval: 2000 });
const wait = () => pause(stageMs);
const work = await pipeline.work(
  {
    prepare: async () => ({ duration: 1, chunks: [1] }),
    transcribe: wait,
    diarize: wait,
    merge: async () => undefined,
  },
  { concurrency: { transcribe: 4 } },
);
const delivered = new Map();
const deliveries = await pipeline.serveDeliveries('folder', async ({ task }) => {
  delivered.set(task.id, (delivered.get(task.id) ?? 0) + 1);
});

const accepted = new Set();
let refused = 0;
const submit = async () => {
  const id = randomUUID();
  const folder = await createTaskFolder(config.tasksDir, id);
  writeFileSync(folder.file('audio.ogg'), 'sound');
  const given = { v: 1, id, channel: 'folder', source: 'audio.ogg', owner: 'local', options: { diarize: false } };
  await pipeline.submit(taskSchema.parse({ ...given, acceptedAt: new Date().toISOString() })).then(
    () => accepted.add(id),
    () => {
      refused += 1;
    },
  );
};
const load = async (ms) => {
  const sent = [];
  for (const end = performance.now() + ms; performance.now() < end; await pause(1000 / tasksPerSecond))
    sent.push(submit());
  return sent;
};
const until = async (condition) => {
  for (const end = performance.now() + 120_000; !(await condition()); await pause(200))
    if (performance.now() > end) throw new Error(`not within two minutes: ${condition}`);
};
const doneInRecord = async () =>
  Number((await admin2.query("select count(*) from task where state = 'done'")).rows[0].count);

await store.opened;
await Promise.all(await load(3000));
const before = accepted.size;
console.log(`${before} tasks accepted before; PostgreSQL goes away for ${outage / 1000} s`);
await admin.query('alter database bench allow_connections false');
await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'bench'");
const during = await load(outage);
await until(async () => [...accepted].slice(0, before).every((id) => delivered.has(id)));
console.log(`while away: all ${before} running tasks were delivered`);
await admin.query('alter database bench allow_connections true');
await Promise.all(during);
console.log(
  `while away: ${refused} refused with a sentence, ${accepted.size - before} accepted (those that were waiting when it came back)`,
);
const admin2 = new pg.Client({ connectionString: databaseUrl.href });
await admin2.connect();

await Promise.all(await load(3000));
await recorder.flush();
const { port, password } = new URL(clickhouse.url);
process.kill(clickhouse.pid, 'SIGKILL');
await clickhouse.ended;
console.log(`ClickHouse goes away for ${outage / 1000} s`);
await Promise.all(await load(outage));
clickhouse = await startEmbeddedClickHouse({
  dir: join(root, 'clickhouse'),
  port: Number(port),
  secret: password,
  logger,
});
await Promise.all(await load(1000));
await until(async () => delivered.size === accepted.size);
await until(async () => (await doneInRecord()) === accepted.size);
await recorder.flush();
await recorder.flush();
const { recorded, inserted, dropped, spooled } = recorder.state;
const analytics = openAnalytics({ url: clickhouse.url });
const stored = await analytics.ask(
  { sql: 'SELECT count() AS n FROM transcribe_events', row: { parse: (row) => Number(row.n) } },
  {},
);
console.log(
  `tasks: ${accepted.size} accepted, ${delivered.size} delivered, ${[...delivered.values()].filter((n) => n > 1).length} twice, ${await doneInRecord()} done in the record`,
);
console.log(
  `analytics events: ${recorded} recorded, ${spooled} waited on disk, ${inserted} inserted, ${dropped} dropped, ${stored[0]} in ClickHouse`,
);
const lost = accepted.size - delivered.size + (recorded - stored[0]);
console.log(lost === 0 ? 'nothing was lost' : `${lost} lost`);

await analytics.close();
await deliveries.close();
await work.close();
for (const close of closers.reverse()) await close(0);
await admin.end();
await admin2.end();
await clickhouse.close();
await postgres.close();
await redis.close();
rmSync(root, { recursive: true, force: true });
process.exit(lost === 0 ? 0 : 1);
