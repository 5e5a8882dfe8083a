import pg from 'pg';
import { telegramSchema } from './schema.js';

/** Connections for the bot's tables. */
export type TelegramDatabase = pg.Pool;

/** Any number both sides of a start agree on; guards the making of tables. */
const schemaLock = 7_238_104_551;

/**
 * Opens the bot's tables and makes those that are missing; safe when several processes start at once.
 * @param onError called for connections that break while idle; queries tell their own errors
 */
export const openTelegramDatabase = async (url: string, onError: (error: Error) => void): Promise<TelegramDatabase> => {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    application_name: 'whisper-bot telegram',
  });
  pool.on('error', onError);
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [schemaLock]);
    await client.query(telegramSchema);
    await client.query('commit');
  } finally {
    client.release();
  }
  return pool;
};
