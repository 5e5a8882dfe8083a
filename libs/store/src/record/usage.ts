import type { Kysely } from 'kysely';
import type { Tables } from '../schema.js';

/** What an owner has asked of this installation. */
export interface Usage {
  /** Tasks that have not ended. */
  open: number;
  /** Seconds of recordings accepted since then whose length is known: that of a task is, once it is done. */
  seconds: number;
}

/** Reads an owner's use from the record. */
export type UsageOf = (owner: string, since: Date) => Promise<Usage>;

export const createUsage =
  (db: Kysely<Tables>): UsageOf =>
  async (owner, since) => {
    const { open, seconds } = await db
      .selectFrom('task')
      .select(({ fn }) => [
        fn.countAll<string>().filterWhere('state', 'not in', ['done', 'failed', 'cancelled']).as('open'),
        fn.sum<number | null>('duration').filterWhere('accepted_at', '>=', since).as('seconds'),
      ])
      .where('owner', '=', owner)
      .executeTakeFirstOrThrow();
    return { open: Number(open), seconds: Number(seconds ?? 0) };
  };
