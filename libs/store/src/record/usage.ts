import { openStates, type TaskId } from '@whisper-bot/task';
import type { Kysely } from 'kysely';
import type { Tables } from '../schema.js';

/** What an owner has asked of this installation. */
export interface Usage {
  /** Tasks that have not ended, as far as the record knows by now. */
  open: TaskId[];
  /** Seconds of recordings accepted since then whose length is known: that of a task is, once it is done. */
  seconds: number;
}

/** Reads an owner's use from the record. */
export type UsageOf = (owner: string, since: Date) => Promise<Usage>;

export const createUsage =
  (db: Kysely<Tables>): UsageOf =>
  async (owner, since) => {
    const ofOwner = db.selectFrom('task').where('owner', '=', owner);
    const [open, { seconds }] = await Promise.all([
      ofOwner.select('id').where('state', 'in', openStates).execute(),
      ofOwner
        .select(({ fn }) => fn.sum<number | null>('duration').as('seconds'))
        .where('accepted_at', '>=', since)
        .executeTakeFirstOrThrow(),
    ]);
    return { open: open.map(({ id }) => id as TaskId), seconds: Number(seconds ?? 0) };
  };
