// Server time of the overview and the task list with 100,000 tasks in PostgreSQL and 1,000,000 events in ClickHouse:
// median and worst of 15 requests each, signed in, over loopback. Run: node bench/dashboard.mjs (after the project is built)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { openAnalytics } from '@whisper-bot/analytics';
import { startEmbeddedClickHouse, startEmbeddedPostgres } from '@whisper-bot/embedded';
import { startRedis } from '@whisper-bot/embedded/test/redis';
import { openStore } from '@whisper-bot/store';
import { temporaryDirectory } from '@whisper-bot/testing';
import { sql } from 'kysely';
import { pino } from 'pino';

const tasks = 100_000;
const events = 1_000_000;
const logger = pino({ level: 'silent' });
const directory = await temporaryDirectory('bench-dashboard');
await chmod(directory.path, 0o755);
const redis = await startRedis();
const postgres = await startEmbeddedPostgres({ dir: join(directory.path, 'postgres'), logger });
const clickhouse = await startEmbeddedClickHouse({ dir: join(directory.path, 'clickhouse'), logger });
const store = await openStore({ url: postgres.url, logger });

// A year of tasks: most done, one in twelve failed, twenty open; every tenth with a transcript to search in.
await sql`insert into task (id, channel, owner, chat, title, state, body, accepted_at, changed_at, duration)
  select id, channel, owner, chat, title, state, jsonb_build_object('v', 1, 'id', id, 'channel', channel, 'source', 'audio.ogg',
    'title', title, 'owner', owner, 'options', '{}'::jsonb, 'origin', '{}'::jsonb, 'acceptedAt', '2026-01-01T00:00:00Z'), at, at, n % 900
  from (select n, ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid as id,
    case when n % 5 = 0 then 'folder' else 'telegram' end as channel, 'tg:' || n % 5000 as owner,
    case when n % 5 = 0 then '' else (n % 5000)::text end as chat, 'voice message ' || n as title,
    case when n < 20 then 'running' when n % 12 = 0 then 'failed' else 'done' end as state,
    now() - n * interval '5 minutes' as at from generate_series(0, ${sql.lit(tasks - 1)}) as n) as t`.execute(store.db);
await sql`insert into result (task_id, transcript, text)
  select id, jsonb_build_object('v', 1, 'language', 'en', 'duration', 60, 'model', 'base', 'engine', 'bench', 'translated', false,
    'speakers', '{"outcome":"off","list":[]}'::jsonb, 'text', '', 'segments', '[]'::jsonb), 'the quick brown fox number ' || title || ' jumps over ' || (case when owner = 'tg:42' then 'aardvark' else 'dog' end)
  from task where right(title, 1) = '7'`.execute(store.db);
await sql`insert into task_change (task_id, state, at) select id, s, accepted_at + o * interval '10 seconds' from task,
  unnest(array['accepted', 'preparing', 'running', 'delivering', 'done']) with ordinality as c(s, o)`.execute(store.db);
await sql`analyze`.execute(store.db);

const analytics = openAnalytics({ url: clickhouse.url });
await analytics.migrate();
const until = Math.floor(Date.now() / 1000);
const raw = createClient({
  url: clickhouse.url.replace('/whisper_bot', '/'),
  database: 'whisper_bot',
  request_timeout: 300_000,
  log: { level: ClickHouseLogLevel.OFF },
});
await raw.command({
  query: `INSERT INTO transcribe_events SELECT toDateTime64(${until} - (number * 7919) % (90 * 86400), 3, 'UTC') AS at,
  ['finished', 'finished', 'finished', 'started', 'queued', 'progress', 'failed', 'accepted'][1 + number % 8] AS event, 50 AS percent,
  toUUID(concat('00000000-0000-4000-8000-', leftPad(toString(intDiv(number, 10)), 12, '0'))) AS task_id,
  ['prepare', 'transcribe', 'diarize', 'merge', 'deliver'][1 + intHash32(number) % 5] AS stage, number % 5 AS chunk, 1 AS attempt, 'telegram' AS channel,
  concat('tg:', toString(intHash32(number) % 5000)) AS owner, intHash32(number) % 60000 AS wait_ms, intHash32(number + 1) % 30000 AS run_ms,
  1 + intHash32(number + 2) % 600 AS audio_seconds, ['base', 'small', 'large-v3-turbo'][1 + number % 3] AS model, ['en', 'ru', 'de', 'fr'][1 + number % 4] AS language,
  2 AS speakers, 'whisper.cpp' AS engine, concat('worker-', toString(number % 8)) AS worker, 100000 AS bytes,
  if(event = 'failed', ['engine-crashed', 'time-limit', 'not-media'][1 + number % 3], '') AS error_code FROM numbers(${events})`,
});

const tasksDir = join(directory.path, 'tasks');
await mkdir(tasksDir);
const child = spawn(process.execPath, [createRequire(import.meta.url).resolve('../apps/dashboard/dist/main.js')], {
  env: {
    ...process.env,
    WHISPER_BOT_HOME: directory.path,
    TASKS_DIR: tasksDir,
    REDIS_URL: redis.url,
    DATABASE_URL: postgres.url,
    CLICKHOUSE_URL: clickhouse.url,
    MIN_FREE_DISK: '0',
    LOG_LEVEL: 'warn',
  },
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
try {
  const [{ url: door }] = await once(child, 'message');
  const { origin } = new URL(door);
  const account = await store.accounts.create({ name: 'bench', password: 'bench password', role: 'administrator' });
  const token = await store.sessions.open(account.id, { address: '', agent: '' });

  const time = async (path) => {
    const started = performance.now();
    const response = await fetch(`${origin}${path}`, {
      headers: { cookie: `whisper_session_${new URL(origin).port}=${token}` },
    });
    const body = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
    return { ms: performance.now() - started, bytes: body.length };
  };
  const { next } = await store.tasks.search({}, { limit: 50_000 });
  const some = '00000000-0000-4000-8000-000000000107';
  console.log(`${tasks} tasks, ${events} events`);
  for (const [name, path] of [
    ['overview', '/'],
    ['task list', '/tasks'],
    ['page 1000 of it', `/tasks?after=${encodeURIComponent(next)}`],
    ['by state', '/tasks?state=failed'],
    ['by user', '/tasks?owner=tg:42'],
    ['by rare word', '/tasks?text=aardvark'],
    ['by frequent word', '/tasks?text=fox'],
    ['one task', `/tasks/${some}`],
    ['users', '/people'],
    ['analytics, 90 days', '/analytics?period=quarter'],
  ]) {
    await time(path);
    const runs = [];
    for (let run = 0; run < 15; run += 1) runs.push(await time(path));
    const sorted = runs.map(({ ms }) => ms).sort((a, b) => a - b);
    console.log(
      `${name.padEnd(20)} median ${sorted[7].toFixed(0).padStart(5)} ms   worst ${sorted[14].toFixed(0).padStart(5)} ms   ${(runs[0].bytes / 1000).toFixed(0).padStart(4)} kB`,
    );
  }
} finally {
  child.kill('SIGTERM');

  await once(child, 'exit');
  await Promise.all([analytics.close(), raw.close(), store.close()]);
  await clickhouse.close();
  await postgres.close();
  await redis.close();
  await directory.remove();
}
