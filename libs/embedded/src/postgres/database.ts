import pg from 'pg';
import { role } from './cluster.js';

/** Makes the database where it is missing; two processes at once are welcome. */
export const ensureDatabase = async (url: string): Promise<void> => {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [role]);
    if (rowCount === 0) await client.query(`create database ${role}`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // duplicate_database, or unique_violation where both were past the check.
    if (code !== '42P04' && code !== '23505') throw error;
  } finally {
    await client.end();
  }
};
