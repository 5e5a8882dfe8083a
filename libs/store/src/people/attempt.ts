import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';

/** How often something was tried lately, for bounding it. */
export interface AttemptBook {
  /** Counts an attempt; false where there have been too many in the window. */
  allow(key: string, bound: { attempts: number; seconds: number }): Promise<boolean>;
  clear(key: string): Promise<void>;
}

export const createAttemptBook = (db: Kysely<Tables>): AttemptBook => ({
  allow: (key, { attempts, seconds }) =>
    db.transaction().execute(async (trx) => {
      // Two at once count one after the other.
      await sql`select pg_advisory_xact_lock(hashtextextended(${`attempt:${key}`}, 0))`.execute(trx);
      const since = new Date(Date.now() - seconds * 1000);
      await trx.deleteFrom('attempt').where('key', '=', key).where('at', '<', since).execute();
      const { count } = await trx
        .selectFrom('attempt')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      if (Number(count) >= attempts) return false;
      await trx.insertInto('attempt').values({ key }).execute();
      return true;
    }),
  clear: async (key) => {
    await db.deleteFrom('attempt').where('key', '=', key).execute();
  },
});
