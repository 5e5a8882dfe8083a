import { type Kysely, Migrator, NO_MIGRATIONS } from 'kysely';
import type { Tables } from '../schema.js';
import telegram from './0001-telegram.js';
import task from './0002-task.js';
import people from './0003-people.js';

/** In order; a released one never changes. */
const migrations = { '0001-telegram': telegram, '0002-task': task, '0003-people': people };
export type MigrationName = keyof typeof migrations;

/**
 * Brings the database up to the newest schema, or to the one named; safe when several processes start at once (the
 * migrator holds a lock). Throws where a step fails; a failed step leaves nothing behind.
 */
export const migrate = async (db: Kysely<Tables>, to?: MigrationName | 'nothing'): Promise<void> => {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const wanted = to === 'nothing' ? NO_MIGRATIONS : to;
  const { error } = await (wanted === undefined ? migrator.migrateToLatest() : migrator.migrateTo(wanted));
  if (error !== undefined) throw error;
};
