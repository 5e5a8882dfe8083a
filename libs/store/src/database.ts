import type { Logger } from '@whisper-bot/runtime';
import { Kysely, PostgresDialect } from 'kysely';
import { migrate } from './migration/migrate.js';
import { openPool } from './pool.js';
import type { Tables } from './schema.js';

export type Database = Kysely<Tables>;

export interface DatabaseOptions {
  /** `postgres://…`; `sslmode` in it asks for TLS. */
  url: string;
  logger: Pick<Logger, 'warn'>;
  /** Connections at most; default 8. */
  connections?: number;
}

/** Opens PostgreSQL and brings its schema up to date. Rejects where it cannot be reached within 10 s. */
export const openDatabase = async ({ url, logger, connections = 8 }: DatabaseOptions): Promise<Database> => {
  const onError = (err: Error) => logger.warn({ err }, 'PostgreSQL connection lost');
  const pool = openPool({ url, connections, name: 'whisper-bot', onError });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
};
