import { cleanText } from '@whisper-bot/task';
import type pg from 'pg';
import { jsonText } from '../json-text.js';

/** An update as Telegram sent it. */
export interface InboxUpdate {
  updateId: number;
  /** Updates of one chat are handled one after the other. */
  chatId: number;
  /** A second chat in whose order it stands: what a group that becomes a supergroup was, or will be. */
  otherChatId?: number;
  body: unknown;
}

export interface ClaimedUpdate extends InboxUpdate {
  /** Of handling it, from 1. */
  attempts: number;
}

/** Updates that were received: stored before Telegram is notified, and kept until they are handled. */
export interface Inbox {
  /** Stores updates; those known already are left alone. */
  put(updates: readonly InboxUpdate[]): Promise<void>;
  /** The oldest waiting update of each chat but the `busy` ones, at most `limit`; one of two chats is the oldest in both. */
  claim(limit: number, busy: readonly number[]): Promise<ClaimedUpdate[]>;
  done(updateId: number): Promise<void>;
  /** Puts an update aside that cannot be handled, with the reason. */
  park(updateId: number, cause: string): Promise<void>;
  /** Updates neither handled nor parked. */
  waiting(): Promise<number>;
  /** Those put aside. */
  parked(): Promise<{ updateId: number; cause: string }[]>;
  /** Removes updates handled or parked longer than so many seconds ago; returns how many. */
  prune(seconds: number): Promise<number>;
}

interface ClaimedRow {
  update_id: string;
  chat_id: string;
  other_chat_id: string | null;
  body: unknown;
  attempts: number;
}

/** The inbox of one bot. */
export const createInbox = (pool: pg.Pool, botId: number): Inbox => ({
  put: async (updates) => {
    if (updates.length === 0) return;
    await pool.query(
      `insert into telegram_update (bot_id, update_id, chat_id, other_chat_id, body)
       select $1, "updateId", "chatId", "otherChatId", body
       from jsonb_to_recordset($2::jsonb) as given("updateId" bigint, "chatId" bigint, "otherChatId" bigint, body jsonb)
       on conflict do nothing`,
      [botId, jsonText(updates)],
    );
  },
  claim: async (limit, busy) => {
    const { rows } = await pool.query<ClaimedRow>(
      `with waiting as (
         select update_id, chat_id, other_chat_id from telegram_update where bot_id = $1 and not done and parked is null),
       oldest as (
         select chat_id, min(update_id) as update_id from (
           select update_id, chat_id from waiting
           union all select update_id, other_chat_id from waiting where other_chat_id is not null) as place
         where chat_id <> all($3::bigint[])
         group by chat_id)
       update telegram_update set attempts = attempts + 1 where bot_id = $1 and update_id in (
         select update_id from oldest join waiting using (update_id)
         group by update_id, other_chat_id having count(*) = 1 + (other_chat_id is not null)::int
         order by update_id limit $2)
       returning update_id, chat_id, other_chat_id, body, attempts`,
      [botId, limit, busy],
    );
    return rows
      .map((row) => ({
        updateId: Number(row.update_id),
        chatId: Number(row.chat_id),
        ...(row.other_chat_id !== null && { otherChatId: Number(row.other_chat_id) }),
        body: row.body,
        attempts: row.attempts,
      }))
      .sort((one, other) => one.updateId - other.updateId);
  },
  done: async (updateId) => {
    // The words of a message are not kept once it is handled.
    await pool.query(`update telegram_update set done = true, body = '{}' where bot_id = $1 and update_id = $2`, [
      botId,
      updateId,
    ]);
  },
  park: async (updateId, cause) => {
    await pool.query('update telegram_update set parked = $3 where bot_id = $1 and update_id = $2', [
      botId,
      updateId,
      cleanText(cause),
    ]);
  },
  waiting: async () => {
    const { rows } = await pool.query<{ count: number }>(
      `select count(*)::int as count from telegram_update where bot_id = $1 and not done and parked is null`,
      [botId],
    );
    return rows[0]?.count ?? 0;
  },
  parked: async () => {
    const { rows } = await pool.query<{ update_id: string; parked: string }>(
      'select update_id, parked from telegram_update where bot_id = $1 and parked is not null order by update_id',
      [botId],
    );
    return rows.map((row) => ({ updateId: Number(row.update_id), cause: row.parked }));
  },
  prune: async (seconds) => {
    const { rowCount } = await pool.query(
      `delete from telegram_update where bot_id = $1 and (done or parked is not null)
         and received_at < now() - make_interval(secs => $2)`,
      [botId, seconds],
    );
    return rowCount ?? 0;
  },
});
