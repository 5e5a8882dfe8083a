import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';

/** How often something was tried lately, for bounding it. */
export interface AttemptRepository {
  /** Counts an attempt; false where there have been too many in the window. */
  allow(key: string, bound: { attempts: number; seconds: number }): Promise<boolean>;
  /** Seconds until the oldest attempt of the window no longer counts, at least 1. */
  wait(key: string, seconds: number): Promise<number>;
  clear(key: string): Promise<void>;
}

/** Seconds after which an attempt counts nowhere any more: longer than any window. */
const forgotten = 3600;
/** Such attempts that one new one takes away: they go faster than they come. */
const swept = 20;

export const createAttemptRepository = (db: Kysely<Tables>): AttemptRepository => ({
  allow: (key, { attempts, seconds }) =>
    db.transaction().execute(async (trx) => {
      // Two at once count one after the other.
      await sql`select pg_advisory_xact_lock(hashtextextended(${`attempt:${key}`}, 0))`.execute(trx);
      // One from the future is from before the clock was set back: it would count for as long as that was far.
      await trx
        .deleteFrom('attempt')
        .where('key', '=', key)
        .where(sql<boolean>`(at < now() - make_interval(secs => ${seconds}) or at > now() + interval '1 second')`)
        .execute();
      const { count } = await trx
        .selectFrom('attempt')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .where('key', '=', key)
        .executeTakeFirstOrThrow();
      if (Number(count) >= attempts) return false;
      await trx.insertInto('attempt').values({ key }).execute();
      // A key that never comes again would stay for ever.
      await sql`delete from attempt where ctid = any(array(
        select ctid from attempt where at < now() - make_interval(secs => ${forgotten}) order by at limit ${swept}))`.execute(
        trx,
      );
      return true;
    }),
  wait: async (key, seconds) => {
    const { first } = await db
      .selectFrom('attempt')
      .select(({ fn }) => fn.min('at').as('first'))
      .where('key', '=', key)
      .executeTakeFirstOrThrow();
    const passes = (first ?? new Date()).getTime() + seconds * 1000;
    return Math.min(seconds, Math.max(1, Math.ceil((passes - Date.now()) / 1000)));
  },
  clear: async (key) => {
    await db.deleteFrom('attempt').where('key', '=', key).execute();
  },
});
