import type pg from 'pg';
import { jsonText } from '../json-text.js';

/** What every request of a recording has; the rest of it is the bot's own and kept as it is. */
export interface StoredRequest {
  taskId: string;
  chatId: number;
  userId: number;
  fileUniqueId: string;
  state: string;
}

/** The bot's record of what it was asked to write down. */
export interface RequestStore<R extends StoredRequest> {
  open(request: R): Promise<'new' | 'known'>;
  get(taskId: string): Promise<R | null>;
  /** Null where it is gone or its state is not one of `from`. */
  change(taskId: string, patch: Partial<R>, from?: readonly string[]): Promise<R | null>;
  /** In work, oldest first. */
  openOf(who: { userId: number } | { chatId: number }): Promise<R[]>;
  inState(state: string): Promise<R[]>;
  /** The newest one done for this file whose `options` are the same. */
  findDone(fileUniqueId: string, options: unknown): Promise<R | null>;
  allOf(userId: number): Promise<R[]>;
  move(from: number, to: number): Promise<void>;
  /** Removes those that ended longer than so many seconds ago; returns how many. */
  prune(seconds: number): Promise<number>;
}

/**
 * The requests of one bot.
 * @param read turns what is stored into a request; null for what is none, as another version may have left it: such a row is passed
 *   over, and hides none of the others
 */
export const createRequestStore = <R extends StoredRequest>(
  pool: pg.Pool,
  botId: number,
  read: (body: unknown) => R | null,
): RequestStore<R> => {
  const requests = async (sql: string, values: unknown[]): Promise<R[]> =>
    (await pool.query<{ body: unknown }>(sql, [botId, ...values])).rows.flatMap((row) => read(row.body) ?? []);
  const inWork = "state in ('fetching', 'working')";

  return {
    open: async (request) => {
      const { taskId, chatId, userId, fileUniqueId, state } = request;
      const opened = await pool.query(
        `insert into telegram_request (bot_id, task_id, chat_id, user_id, file_unique_id, state, body)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
        [botId, taskId, chatId, userId, fileUniqueId, state, jsonText(request)],
      );
      return opened.rowCount === 1 ? 'new' : 'known';
    },
    get: async (taskId) =>
      (await requests('select body from telegram_request where bot_id = $1 and task_id = $2', [taskId]))[0] ?? null,
    change: async (taskId, patch, from) => {
      const [changed] = await requests(
        `update telegram_request set body = body || $3::jsonb, state = coalesce($3::jsonb->>'state', state),
           changed_at = now()
         where bot_id = $1 and task_id = $2 and ($4::text[] is null or state = any($4)) returning body`,
        [taskId, jsonText(patch), from ?? null],
      );
      return changed ?? null;
    },
    openOf: (who) =>
      'userId' in who
        ? requests(
            `select body from telegram_request where bot_id = $1 and user_id = $2 and ${inWork} order by created_at`,
            [who.userId],
          )
        : requests(
            `select body from telegram_request where bot_id = $1 and chat_id = $2 and ${inWork} order by created_at`,
            [who.chatId],
          ),
    inState: (state) =>
      requests('select body from telegram_request where bot_id = $1 and state = $2 order by created_at', [state]),
    findDone: async (fileUniqueId, options) =>
      (
        await requests(
          `select body from telegram_request where bot_id = $1 and file_unique_id = $2 and state = 'done'
             and body->'options' = $3::jsonb order by changed_at desc limit 1`,
          [fileUniqueId, jsonText(options)],
        )
      )[0] ?? null,
    allOf: (userId) => requests('select body from telegram_request where bot_id = $1 and user_id = $2', [userId]),
    prune: async (seconds) => {
      const { rowCount } = await pool.query(
        `delete from telegram_request where bot_id = $1 and not (${inWork})
           and changed_at < now() - make_interval(secs => $2)`,
        [botId, seconds],
      );
      return rowCount ?? 0;
    },
    move: async (from, to) => {
      await pool.query(
        `update telegram_request set chat_id = $3, body = body || jsonb_build_object('chatId', $3::bigint)
         where bot_id = $1 and chat_id = $2`,
        [botId, from, to],
      );
    },
  };
};
