import { type Kysely, type Migration, sql } from 'kysely';

/** A migration of plain SQL, statement by statement. There is no way down: a backup is. */
export const step = (...statements: readonly string[]): Migration => ({
  up: async (db: Kysely<unknown>) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
});
