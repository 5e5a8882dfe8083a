import { createHmac } from 'node:crypto';
import type pg from 'pg';
import { jsonText } from '../json-text.js';

export interface LimitChange {
  limits: object;
  /** For the audit log. */
  before: unknown;
  after: unknown;
}

/** What people and chats chose, what the operator limits, and what was used; the bodies are the bot's own. */
export interface UserRepository {
  preference(chatId: number): Promise<unknown>;
  setPreference(chatId: number, body: unknown): Promise<void>;
  forgetPreference(chatId: number): Promise<void>;
  /** Null where none were ever set. */
  limits(): Promise<unknown>;
  /** Changes what is stored ({} where nothing is) and writes down who did, both or neither; two at once change one after the other. */
  changeLimits(
    edit: (stored: object) => LimitChange,
    by: { actor: string; action: string; target: string },
  ): Promise<void>;
  /** Counts a task's seconds once. */
  charge(entry: { taskId: string; userId: number; seconds: number }): Promise<void>;
  /** Of this UTC day, and ever. */
  usage(userId: number): Promise<{ secondsToday: number; secondsTotal: number; tasks: number }>;
  /**
   * Removes what a person used. The sum of this day stays until it is over, under a hash that only this bot's token leads to: a
   * daily limit cannot be had again by being forgotten.
   */
  forgetUsage(userId: number): Promise<void>;
  /** Removes the sums of days that are over. */
  pruneUsage(): Promise<void>;
  /**
   * Codes of the languages that a person's newest transcripts are in, the most frequent first; of what was forgotten nothing is known.
   * Short recordings do not count, whose language is a guess, nor does a language heard once.
   */
  spokenBy(userId: number): Promise<string[]>;
}

/** How many of a person's newest transcripts show what they speak, and the least length of each, seconds. */
const newest = 20;
const longEnough = 8;
const oftenEnough = 2;

/** Numbers of hashes: below any of Telegram's, so that none can be taken for a user, a group or a channel. */
const hashes = { from: -(2n ** 63n), to: -(2n ** 62n) };

/** Who used something on a day, as a number that says nothing without the key. */
const pseudonym = (key: string, userId: number, day: string): string => {
  const digest = createHmac('sha256', key).update(`quota:${userId}:${day}`).digest();
  return String(hashes.from + (digest.readBigUInt64BE() % (hashes.to - hashes.from)));
};

export interface UserRepositoryOwner {
  botId: number;
  /** No one who has the database alone may know it: the bot's token. */
  key: string;
}

/** The books of one bot. */
export const createUserRepository = (pool: pg.Pool, { botId, key }: UserRepositoryOwner): UserRepository => {
  const currentDay = async (): Promise<string> =>
    (await pool.query<{ day: string }>(`select (now() at time zone 'utc')::date::text as day`)).rows[0]?.day ?? '';
  const body = async (sql: string, values: unknown[]): Promise<unknown> =>
    (await pool.query<{ body: unknown }>(sql, values)).rows[0]?.body ?? null;
  return {
    preference: (chatId) =>
      body('select body from telegram_preference where bot_id = $1 and chat_id = $2', [botId, chatId]),
    setPreference: async (chatId, preference) => {
      await pool.query(
        `insert into telegram_preference (bot_id, chat_id, body) values ($1, $2, $3)
         on conflict (bot_id, chat_id) do update set body = excluded.body`,
        [botId, chatId, jsonText(preference)],
      );
    },
    forgetPreference: async (chatId) => {
      await pool.query('delete from telegram_preference where bot_id = $1 and chat_id = $2', [botId, chatId]);
    },
    limits: () => body('select body from telegram_limit where bot_id = $1', [botId]),
    changeLimits: async (edit, { actor, action, target }) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        // A row to be locked must be there.
        await client.query(`insert into telegram_limit (bot_id, body) values ($1, '{}') on conflict do nothing`, [
          botId,
        ]);
        const { rows } = await client.query<{ body: object }>(
          'select body from telegram_limit where bot_id = $1 for update',
          [botId],
        );
        const { limits, before, after } = edit(rows[0]?.body ?? {});
        await client.query('update telegram_limit set body = $2 where bot_id = $1', [botId, jsonText(limits)]);
        await client.query(
          `insert into audit (actor, action, target, address, before, after) values ($1, $2, $3, '', $4, $5)`,
          [actor, action, target, jsonText(before), jsonText(after)],
        );
        await client.query('commit');
      } catch (error) {
        await client.query('rollback').catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
    },
    charge: async ({ taskId, userId, seconds }) => {
      await pool.query(
        `insert into telegram_usage (bot_id, task_id, user_id, seconds) values ($1, $2, $3, $4)
         on conflict (bot_id, task_id) do update set seconds = greatest(telegram_usage.seconds, excluded.seconds)`,
        [botId, taskId, userId, seconds],
      );
    },
    usage: async (userId) => {
      const { rows } = await pool.query<{ today: number; total: number; tasks: number }>(
        `select coalesce(sum(seconds) filter (where day = (now() at time zone 'utc')::date), 0)::float8 as today,
                coalesce(sum(seconds) filter (where user_id = $2), 0)::float8 as total,
                (count(*) filter (where user_id = $2))::int as tasks
         from telegram_usage where bot_id = $1 and user_id in ($2, $3)`,
        [botId, userId, pseudonym(key, userId, await currentDay())],
      );
      const { today = 0, total = 0, tasks = 0 } = rows[0] ?? {};
      return { secondsToday: today, secondsTotal: total, tasks };
    },
    spokenBy: async (userId) => {
      const { rows } = await pool.query<{ language: string }>(
        `select language from (
           select result.transcript->>'language' as language from task join result on result.task_id = task.id
           where task.owner = $1 and task.duration >= $2 order by task.accepted_at desc limit $3
         ) as last where language is not null group by language having count(*) >= $4 order by count(*) desc, language`,
        [`tg:${userId}`, longEnough, newest, oftenEnough],
      );
      return rows.map(({ language }) => language);
    },
    forgetUsage: async (userId) => {
      const day = await currentDay();
      await pool.query(
        `with gone as (delete from telegram_usage where bot_id = $1 and user_id = $2 returning seconds, day)
         insert into telegram_usage (bot_id, task_id, user_id, seconds, day)
         select $1, gen_random_uuid(), $3, sum(seconds), $4::date from gone where day = $4::date having sum(seconds) > 0`,
        [botId, userId, pseudonym(key, userId, day), day],
      );
    },
    pruneUsage: async () => {
      await pool.query(
        `delete from telegram_usage where bot_id = $1 and user_id between $2 and $3
           and day < (now() at time zone 'utc')::date`,
        [botId, String(hashes.from), String(hashes.to)],
      );
    },
  };
};
