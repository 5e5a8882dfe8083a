// What is left in PostgreSQL, Redis and on the disk, and what the processes hold.
import { readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import { loadOf } from './proc.mjs';

const withPostgres = async (url, ask) => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await ask(async (text, values) => (await client.query(text, values)).rows);
  } finally {
    await client.end().catch(() => undefined);
  }
};

export const withRedis = async (url, ask) => {
  const redis = new Redis(url, { maxRetriesPerRequest: 3 });
  redis.on('error', () => undefined);
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
};

/** Every task of the record, with how often its end was written down. */
export const readRecord = (url) =>
  withPostgres(url, async (ask) => {
    const rows = await ask(
      `select t.id, t.state, t.channel, t.owner, t.title, t.cause, t.body->'origin' as origin, t.accepted_at,
         (select count(*)::int from task_change c where c.task_id = t.id and c.state = 'done') as done,
         (select min(at) from task_change c where c.task_id = t.id and c.state in ('done', 'failed', 'cancelled')) as ended
       from task t`,
    );
    return rows.map(({ ended, accepted_at, ...row }) => ({
      ...row,
      origin: row.origin ?? {},
      acceptedAt: accepted_at.getTime(),
      doneAt: ended?.getTime() ?? null,
    }));
  });

/** Connections to PostgreSQL by name and to Redis, open files and memory by process. */
export const measureLoad = async ({ product }) => {
  const connections = await withPostgres(product.direct.database, (ask) =>
    ask(
      `select coalesce(nullif(application_name, ''), 'unnamed') as name, count(*)::int as count from pg_stat_activity
       where datname is not null and pid <> pg_backend_pid() group by 1 order by 1`,
    ),
  );
  const clients = await withRedis(
    product.direct.redis,
    async (redis) => (await redis.client('LIST')).split('\n').length - 1,
  );
  const processes = await product.processes();
  return {
    postgres: connections.reduce((sum, { count }) => sum + count, 0),
    redis: clients - 1,
    processes: Object.fromEntries(
      Object.entries(processes).flatMap(([name, pid]) => {
        const load = pid === undefined ? null : loadOf(pid);
        return load === null ? [] : [[name, load]];
      }),
    ),
  };
};

/** Numbers of stream entries that no task was made of yet: with Redis they go. */
export const waitingEntries = async (product, entries) => {
  const open = entries.filter(({ way, accepted }) => way === 'stream' && accepted !== null);
  const known = new Set(
    await withPostgres(product.direct.database, async (ask) =>
      (await ask('select id from task where id = any($1)', [open.map(({ id }) => id)])).map(({ id }) => id),
    ),
  );
  return open.filter(({ id }) => !known.has(id)).map(({ number }) => number);
};

/** Jobs that BullMQ still has something to do for, by queue; the sweep's next run is none. */
export const pendingJobs = ({ product }) =>
  withRedis(product.direct.redis, async (redis) => {
    const left = [];
    for (const state of ['wait', 'active', 'delayed', 'prioritized', 'waiting-children', 'paused']) {
      for (const key of await redis.keys(`whisper:*:${state}`)) {
        const isList = (await redis.type(key)) === 'list';
        const jobs = isList ? await redis.lrange(key, 0, -1) : await redis.zrange(key, 0, -1);
        const meant = jobs.filter((job) => !job.startsWith('repeat:') && !/^0:\d+$/.test(job));
        if (meant.length > 0) left.push({ key, jobs: meant.length });
      }
    }
    const dead = await redis.zcard('whisper:dead:failed');
    const pending = await redis.xpending('transcribe:tasks', 'transcribe-workers').catch(() => [0]);
    if (dead > 0) left.push({ key: 'dead letters', jobs: dead });
    if (Number(pending[0]) > 0) left.push({ key: 'stream entries not acknowledged', jobs: Number(pending[0]) });
    return left;
  });

/** Keys of Redis that never expire, by family: what grows with the number of tasks would show here. */
export const lastingKeys = ({ product }) =>
  withRedis(product.direct.redis, async (redis) => {
    const families = {};
    for (const key of await redis.keys('*')) {
      if ((await redis.ttl(key)) !== -1) continue;
      const family = key
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
        .replace(/\d{3,}/g, 'N')
        .replace(/ID-.*$/, 'ID-…');
      families[family] = (families[family] ?? 0) + 1;
    }
    return families;
  });

const halfWritten = /\.tmp-|\.part$/;

/**
 * Folders that no task of the record names, and half-written files in the others, that the sweep does not take once they are old. They are
 * made old here: waiting for their time would take hours.
 * @param {{ tasksDir: string, known: ReadonlySet<string>, bound: number }} given milliseconds the sweep has
 */
export const leftOnDisk = async ({ tasksDir, known, bound }) => {
  const left = async () => {
    const found = [];
    for (const name of await readdir(tasksDir)) {
      const path = join(tasksDir, name);
      if (!known.has(name)) found.push(path);
      else {
        const files = await readdir(path).catch(() => []);
        found.push(...files.filter((file) => halfWritten.test(file)).map((file) => join(path, file)));
      }
    }
    return found;
  };
  const before = await left();
  if (before.length === 0) return [];
  const past = new Date(Date.now() - 9 * 24 * 3600_000);
  for (const path of before) {
    const inside = (await stat(path).catch(() => null))?.isDirectory() ? await readdir(path) : [];
    for (const file of inside) await utimes(join(path, file), past, past).catch(() => undefined);
    await utimes(path, past, past).catch(() => undefined);
  }
  await until(async () => (await left()).length === 0, bound).catch(() => undefined);
  return left();
};
