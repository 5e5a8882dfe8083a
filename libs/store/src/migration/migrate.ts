import { type Kysely, type Migration, Migrator, NO_MIGRATIONS, sql } from 'kysely';
import type { Tables } from '../schema.js';
import telegram from './0001-telegram.js';
import task from './0002-task.js';
import people from './0003-people.js';
import identity from './0004-identity.js';
import erasure from './0005-erasure.js';
import attempt from './0006-attempt.js';
import transcriptVersion from './0007-transcript-version.js';
import notified from './0008-notified.js';
import updateOfTwoChats from './0009-update-of-two-chats.js';
import sessionName from './0010-session-name.js';
import knownToRedisAlone from './0011-known-to-redis-alone.js';

/** In order; a released one never changes. */
const migrations = {
  '0001-telegram': telegram,
  '0002-task': task,
  '0003-people': people,
  '0004-identity': identity,
  '0005-erasure': erasure,
  '0006-attempt': attempt,
  '0007-transcript-version': transcriptVersion,
  '0008-notified': notified,
  '0009-update-of-two-chats': updateOfTwoChats,
  '0010-session-name': sessionName,
  '0011-known-to-redis-alone': knownToRedisAlone,
};
export type MigrationName = keyof typeof migrations;

/**
 * Brings the database up to the newest schema, or to the one named; safe when several processes start at once (the
 * migrator holds a lock). Throws where a step fails; a failed step leaves nothing behind.
 */
export const migrate = async (db: Kysely<Tables>, to?: MigrationName | 'nothing'): Promise<void> => {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...(await newer(db)), ...migrations }) },
  });
  const wanted = to === 'nothing' ? NO_MIGRATIONS : to;
  const { error } = await (wanted === undefined ? migrator.migrateToLatest() : migrator.migrateTo(wanted));
  if (error !== undefined) throw error;
};

/**
 * Steps a newer version has taken: while an upgrade rolls through, older processes meet its schema and must go on. Steps only
 * add, so what this version knows is still there.
 */
const newer = async (db: Kysely<Tables>): Promise<Record<string, Migration>> => {
  const { rows } = await sql<{ known: boolean }>`select to_regclass('kysely_migration') is not null as known`.execute(
    db,
  );
  if (rows[0]?.known !== true) return {};
  const taken = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const unknown = taken.rows.filter(({ name }) => !Object.hasOwn(migrations, name));
  return Object.fromEntries(unknown.map(({ name }) => [name, { up: async () => undefined }]));
};
