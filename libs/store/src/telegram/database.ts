import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { migrate } from '../migration/migrate.js';
import { openPool } from '../pool.js';
import type { Tables } from '../schema.js';

/** Connections for the bot's tables. */
export type TelegramDatabase = pg.Pool;

/**
 * Opens the bot's tables and brings the schema up to date; safe when several processes start at once.
 * @param onError called for connections that break while idle; queries report their own errors
 */
export const openTelegramDatabase = async (url: string, onError: (error: Error) => void): Promise<TelegramDatabase> => {
  const pool = openPool({ url, connections: 10, name: 'whisper-bot telegram', onError });
  try {
    await migrate(new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }));
  } catch (error) {
    await pool.end();
    throw error;
  }
  return pool;
};
