import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { z } from 'zod';
import { type ErasedEvents, erasingStatements } from './erase.js';
import { type EventTable, messageSchema, transcribeEventSchema } from './event.js';
import type { Query } from './query/query.js';
import { schemaSteps } from './schema.js';

export interface AnalyticsDatabase {
  /** Creates what is missing; safe from several processes at once. */
  migrate(): Promise<void>;
  /** Inserts a batch; the same token twice counts once. Throws where ClickHouse is away or refuses. */
  insert(table: EventTable, rows: readonly Record<string, unknown>[], token: string): Promise<void>;
  /** Runs one of the questions of `query/`; rows are parsed by its schema. */
  ask<P extends Record<string, unknown>, R>(query: Query<P, R>, params: P): Promise<R[]>;
  /** Removes events of tasks and of an owner; resolves when they are gone. Throws where ClickHouse is away. */
  erase(erased: ErasedEvents): Promise<void>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `http(s)://user:password@host:port/database`: a server's, or that of the embedded one. */
  url: string;
  /** Milliseconds; default 30 000. */
  requestTimeoutMs?: number;
}

/** Opens ClickHouse by URL; connects with the first call. */
export const openAnalytics = ({ url, requestTimeoutMs = 30_000 }: DatabaseOptions): AnalyticsDatabase => {
  const { server, database } = splitDatabase(url);
  // Its errors reach our logger through the callers; on its own it would write them to the console.
  const common = { url: server, request_timeout: requestTimeoutMs, log: { level: ClickHouseLogLevel.OFF } };
  const client = createClient({ ...common, database });
  return {
    async migrate() {
      const bare = createClient(common);
      try {
        await bare.command({
          query: 'CREATE DATABASE IF NOT EXISTS {name:Identifier}',
          query_params: { name: database },
        });
      } finally {
        await bare.close();
      }
      for (const step of schemaSteps) await client.command({ query: step });
    },
    async insert(table, rows, token) {
      await client.insert({
        table,
        values: rows.map((row) => columnsOf(table, row)),
        format: 'JSONEachRow',
        clickhouse_settings: {
          insert_deduplication_token: token,
          deduplicate_blocks_in_dependent_materialized_views: 1,
        },
      });
    },
    async ask(query, params) {
      const answer = await client.query({ query: query.sql, query_params: params, format: 'JSONEachRow' });
      const rows = await answer.json<unknown>();
      return rows.map((row) => query.row.parse(row));
    },
    erase: async (erased) => {
      for (const query of erasingStatements(erased)) await client.command({ query });
    },
    ping: async () => (await client.ping()).success,
    close: () => client.close(),
  };
};

/**
 * ClickHouse's codes for what is wrong with the rows themselves (src/Common/ErrorCodes.cpp): sent again they would be refused again.
 * Everything else (no memory, no space, no such table yet, too many parts) may pass.
 */
const dataCodes = new Set([
  6, 7, 26, 27, 38, 41, 53, 69, 70, 72, 117, 130, 131, 167, 320, 321, 349, 376, 441, 469, 691,
]);

/** Whether an insert failed because of its rows, here or in ClickHouse; false where another attempt may help. */
export const isRefusal = (error: unknown): boolean => {
  if (error instanceof z.ZodError) return true;
  if (!(error instanceof Error)) return false;
  const code =
    'code' in error && /^\d+$/.test(String(error.code)) ? error.code : /Code: (\d+)/.exec(error.message)?.[1];
  return dataCodes.has(Number(code));
};

/** ClickHouse's client takes the database beside the address. */
const splitDatabase = (url: string): { server: string; database: string } => {
  const parsed = new URL(url);
  const database = decodeURIComponent(parsed.pathname.replace(/^\/+|\/+$/g, '')) || 'whisper_bot';
  parsed.pathname = '/';
  return { server: parsed.href, database };
};

const schemas: Record<EventTable, z.ZodObject> = { messages: messageSchema, transcribe_events: transcribeEventSchema };

/**
 * Fills defaults, checks, and names the fields as the columns are named: `audioSeconds` → `audio_seconds`. A bare
 * integer is read as the ticks of a DateTime64(3): milliseconds, as they are.
 */
const columnsOf = (table: EventTable, event: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(schemas[table].parse(event)).map(([field, value]) => [
      field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
