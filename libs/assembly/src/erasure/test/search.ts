import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnalyticsDatabase } from '@whisper-bot/analytics';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import { z } from 'zod';

/** Every place of an installation that holds anything. */
export interface Places {
  redis: Redis;
  database: pg.Pool;
  analytics: AnalyticsDatabase;
  /** Folders whose files are read, with their names. */
  folders: readonly string[];
  /** Lines that were logged. */
  log: readonly string[];
}

/** Where a text is found; each place is named so that a failing test says what was forgotten. */
export const findEverywhere = async (marker: string, places: Places): Promise<string[]> => [
  ...(await inRedis(marker, places.redis)),
  ...(await inPostgres(marker, places.database)),
  ...(await inClickHouse(marker, places.analytics)),
  ...(await Promise.all(places.folders.map((folder) => inFiles(marker, folder)))).flat(),
  ...places.log.filter((line) => line.includes(marker)).map((line) => `log: ${line.slice(0, 300)}`),
];

const inRedis = async (marker: string, redis: Redis): Promise<string[]> => {
  const found: string[] = [];
  for (const key of await redis.keys('*')) {
    const held = JSON.stringify(await contentOf(redis, key));
    if (key.includes(marker) || held.includes(marker)) found.push(`redis: ${key}`);
  }
  return found;
};

const contentOf = async (redis: Redis, key: string): Promise<unknown> => {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return null;
  }
};

const inPostgres = async (marker: string, database: pg.Pool): Promise<string[]> => {
  const { rows } = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const hits = await database.query<{ text: string }>(
      `select held::text as text from "${name}" as held where held::text like $1`,
      [`%${marker}%`],
    );
    for (const { text } of hits.rows) found.push(`postgres: ${name}: ${text.slice(0, 400)}`);
  }
  return found;
};

const inClickHouse = async (marker: string, analytics: AnalyticsDatabase): Promise<string[]> => {
  const tables = await analytics.ask<Record<string, unknown>, { name: string }>(
    {
      sql: `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'MergeTree'`,
      row: z.object({ name: z.string() }),
    },
    {},
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await analytics.ask<{ marker: string }, { hits: number }>(
      {
        sql: `SELECT count() AS hits FROM ${name} WHERE position(toString(tuple(*)), {marker:String}) > 0`,
        row: z.object({ hits: z.coerce.number() }),
      },
      { marker },
    );
    if ((rows[0]?.hits ?? 0) > 0) found.push(`clickhouse: ${name}`);
  }
  return found;
};

const inFiles = async (marker: string, folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (path.includes(marker)) found.push(`file: ${path}`);
    if (!entry.isFile()) continue;
    const bytes = await readFile(path).catch(() => Buffer.of());
    if (bytes.includes(marker)) found.push(`file: ${path}`);
  }
  return found;
};
