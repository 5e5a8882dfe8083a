import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Tables } from '../schema.js';

export type Access = 'default' | 'allowed' | 'blocked';

export interface PersonRow {
  kind: 'user' | 'chat';
  id: string;
  name: string;
  lastSeen: Date | null;
  secondsToday: number;
  tasks: number;
  access: Access;
  /** Minutes a day of their own; null as for everyone. */
  minutes: number | null;
}

/** Telegram's users and chats as the record knows them, and what they may. */
export interface PeopleRepository {
  list(kind: 'user' | 'chat', page: { text: string; offset: number; limit: number }): Promise<PersonRow[]>;
  find(kind: 'user' | 'chat', id: string): Promise<PersonRow | null>;
  /** Takes effect with the bot's next message; nothing happens where no bot has ever run. */
  change(kind: 'user' | 'chat', id: string, change: { access?: Access; minutes?: number | null }): Promise<void>;
}

/** The part of the bot's limits that is about single people (`telegram_limit.body`). */
const listsSchema = z.object({
  allow: z.array(z.number()).default([]),
  block: z.array(z.number()).default([]),
  minutesFor: z.record(z.string(), z.number()).default({}),
});

export const createPeopleRepository = (db: Kysely<Tables>): PeopleRepository => {
  const lists = async () => {
    const { rows } = await sql<{ body: unknown }>`select body from telegram_limit order by bot_id limit 1`.execute(db);
    return listsSchema.catch({ allow: [], block: [], minutesFor: {} }).parse(rows[0]?.body ?? {});
  };
  const find = async (
    kind: 'user' | 'chat',
    where: { id?: string; text?: string; offset?: number; limit?: number },
  ) => {
    const { id = null, text = '', offset = 0, limit = 1 } = where;
    const key = kind === 'user' ? sql`owner like 'tg:%'` : sql`channel = 'telegram' and chat <> ''`;
    const name = kind === 'user' ? sql`substr(owner, 4)` : sql`chat`;
    const { rows } = await sql<{ id: string; last_seen: Date; tasks: string; seconds: number }>`
      select ${name} as id, max(accepted_at) as last_seen, count(*) as tasks,
        coalesce(sum(duration) filter (where accepted_at >= date_trunc('day', now() at time zone 'utc') at time zone 'utc'), 0)::float8 as seconds
      from task where ${key} and (${id}::text is null or ${name} = ${id}) and (${text} = '' or ${name} like ${`%${text.replace(/[\\%_]/g, '\\$&')}%`})
      group by 1 order by last_seen desc offset ${offset} limit ${limit}`.execute(db);
    const { allow, block, minutesFor } = await lists();
    return rows.map(
      (row): PersonRow => ({
        kind,
        id: row.id,
        name: row.id,
        lastSeen: row.last_seen,
        secondsToday: row.seconds,
        tasks: Number(row.tasks),
        access: block.includes(Number(row.id)) ? 'blocked' : allow.includes(Number(row.id)) ? 'allowed' : 'default',
        minutes: minutesFor[row.id] ?? null,
      }),
    );
  };
  return {
    list: find,
    find: async (kind, id) => (await find(kind, { id }))[0] ?? null,
    change: async (_kind, id, { access, minutes }) => {
      const number = Number(id);
      await db.transaction().execute(async (trx) => {
        const { rows } = await sql<{
          bot_id: string;
          body: unknown;
        }>`select bot_id, body from telegram_limit for update`.execute(trx);
        for (const row of rows) {
          const known = listsSchema.parse(row.body);
          const without = (list: number[]) => list.filter((each) => each !== number);
          const changed = {
            ...(row.body as object),
            ...(access === undefined
              ? {}
              : {
                  allow: access === 'allowed' ? [...without(known.allow), number] : without(known.allow),
                  block: access === 'blocked' ? [...without(known.block), number] : without(known.block),
                }),
            ...(minutes === undefined
              ? {}
              : {
                  minutesFor: Object.fromEntries(
                    Object.entries({ ...known.minutesFor, [id]: minutes }).filter(([, value]) => value !== null),
                  ),
                }),
          };
          await sql`update telegram_limit set body = ${JSON.stringify(changed)}::jsonb where bot_id = ${row.bot_id}`.execute(
            trx,
          );
        }
      });
    },
  };
};
