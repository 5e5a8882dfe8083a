import { cleanText } from '@whisper-bot/task';
import type pg from 'pg';
import { jsonText } from '../json-text.js';

/** A message and what it shall show; `content` is the bot's own. */
export interface OutboxEntry {
  /** Names the message within its bot. */
  key: string;
  chatId: number;
  threadId?: number | undefined;
  replyTo?: number | undefined;
  /** A message that is there already. */
  messageId?: number | undefined;
  quiet?: boolean | undefined;
  /** Lower goes first. */
  priority: number;
  /** What has a lower number than what is stored is ignored; the same number with other content is a change. */
  sequence: number;
  content: unknown;
}

/** A stored message that has something to send. */
export interface PendingMessage {
  key: string;
  chatId: number;
  priority: number;
  /** Rises with each message. */
  order: number;
}

/** A message about to be sent, as it is by now. */
export interface ClaimedMessage {
  key: string;
  chatId: number;
  threadId: number | null;
  replyTo: number | null;
  /** Of the message as it was sent; null while there is none. */
  messageId: number | null;
  /** Changes a message it did not send. */
  amends: boolean;
  quiet: boolean;
  priority: number;
  content: unknown;
  version: number;
  /** Of this state, from 1. */
  attempts: number;
}

/** The outbox: messages and what each shall show; what is stored but not yet sent survives a crash. */
export interface OutboxRepository {
  /**
   * Stores messages in one transaction and returns those that have something to send now. What was not sent yet keeps its
   * better priority: the first sign of life stays urgent, whatever it shall show by then.
   */
  put(entries: readonly OutboxEntry[]): Promise<PendingMessage[]>;
  /** Everything that waits to be sent, in order. */
  pending(): Promise<PendingMessage[]>;
  /** Null where nothing is left to send. */
  claim(key: string): Promise<ClaimedMessage | null>;
  /** Records that a state was sent. True where a newer one waits. */
  sent(key: string, version: number, messageId: number | null): Promise<boolean>;
  /** The message is not there any more: the next attempt sends it again. */
  lost(key: string): Promise<void>;
  /** It stands no longer below the message it answers, or (`topic`) in the chat's general topic, in a message of its own. */
  detach(key: string, from: 'reply' | 'topic'): Promise<void>;
  /** Shows other content than this version's instead, in a message of its own; a newer version stays as it is. */
  replace(key: string, version: number, content: unknown): Promise<void>;
  /** Gives a state up, and says why. */
  fail(key: string, version: number, cause: string): Promise<void>;
  /** Gives up all that waits for a chat; returns how many. */
  failChat(chatId: number, cause: string): Promise<number>;
  /** Keys of the stored messages that are this message in the chat. */
  find(chatId: number, messageId: number): Promise<string[]>;
  /** A chat has another number from now on. */
  move(from: number, to: number): Promise<void>;
  /** Chats and times (Unix milliseconds) of what was sent, or may have been, since. */
  recent(since: number): Promise<{ chatId: number; at: number }[]>;
  /** Removes what was sent or given up longer than so many seconds ago; returns how many. */
  prune(seconds: number): Promise<number>;
}

/**
 * What a message showed is not kept once it is sent or given up: the words are in the chat and in the result. By the digest
 * the same message is known when it comes again.
 */
const digestOnly = `case when content->>'kind' = 'sent' then content
  else jsonb_build_object('kind', 'sent', 'digest', md5(content::text)) end`;

/** Numbers of chats exceed 32 bits, which pg hands out as text. */
const number = (value: unknown): number => Number(value);
const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));

const pendingOf = (row: Record<string, unknown>): PendingMessage => ({
  key: String(row.key),
  chatId: number(row.chat_id),
  priority: number(row.rank),
  order: number(row.ord),
});

const claimedOf = (row: Record<string, unknown>): ClaimedMessage => ({
  key: String(row.key),
  chatId: number(row.chat_id),
  threadId: numberOrNull(row.thread_id),
  replyTo: numberOrNull(row.reply_to),
  messageId: numberOrNull(row.message_id),
  amends: row.amends === true,
  quiet: row.quiet === true,
  priority: number(row.rank),
  content: row.content,
  version: number(row.version),
  attempts: number(row.attempts),
});

/** The outbox of one bot. */
export const createOutboxRepository = (pool: pg.Pool, botId: number): OutboxRepository => {
  const rows = async (sql: string, values: unknown[]): Promise<Record<string, unknown>[]> =>
    (await pool.query<Record<string, unknown>>(sql, [botId, ...values])).rows;

  return {
    put: async (entries) => {
      const found = await rows(
        `insert into telegram_post as post
           (bot_id, key, chat_id, thread_id, reply_to, message_id, amends, quiet, rank, edition, content)
         select $1, key, "chatId", "threadId", "replyTo", "messageId", "messageId" is not null,
                coalesce(quiet, false), priority, sequence, content
         from jsonb_to_recordset($2::jsonb) as given(key text, "chatId" bigint, "threadId" bigint, "replyTo" bigint,
              "messageId" bigint, quiet boolean, priority smallint, sequence bigint, content jsonb)
         on conflict (bot_id, key) do update set
           rank = case when post.message_id is null then least(post.rank, excluded.rank) else excluded.rank end,
           edition = excluded.edition, content = excluded.content,
           version = post.version + 1, attempts = 0, failed = null,
           ord = case when post.version > post.sent_version and post.failed is null then post.ord else excluded.ord end
         where excluded.edition > post.edition
            or (excluded.edition = post.edition and excluded.content is distinct from post.content
                and md5(excluded.content::text) is distinct from post.content->>'digest')
         returning key, chat_id, rank, ord`,
        [jsonText(entries)],
      );
      return found.map(pendingOf);
    },
    pending: async () => {
      const waiting = 'bot_id = $1 and failed is null and version > sent_version';
      return (await rows(`select key, chat_id, rank, ord from telegram_post where ${waiting} order by ord`, [])).map(
        pendingOf,
      );
    },
    claim: async (key) => {
      const [row] = await rows(
        `update telegram_post set sending_at = now(), attempts = attempts + 1
         where bot_id = $1 and key = $2 and failed is null and version > sent_version returning *`,
        [key],
      );
      return row ? claimedOf(row) : null;
    },
    sent: async (key, version, messageId) => {
      const [row] = await rows(
        `update telegram_post set sent_version = greatest(sent_version, $3), message_id = coalesce($4, message_id),
           sent_at = now(), sending_at = null, content = case when $3 >= version then ${digestOnly} else content end
         where bot_id = $1 and key = $2 returning version > sent_version as more`,
        [key, version, messageId],
      );
      return row?.more === true;
    },
    lost: async (key) => {
      await rows('update telegram_post set message_id = null where bot_id = $1 and key = $2', [key]);
    },
    detach: async (key, from) => {
      const changed = from === 'reply' ? 'reply_to = null' : 'reply_to = null, thread_id = null, message_id = null';
      await rows(`update telegram_post set ${changed} where bot_id = $1 and key = $2`, [key]);
    },
    replace: async (key, version, content) => {
      await rows(
        `update telegram_post set content = $4, message_id = null, amends = false, version = version + 1
         where bot_id = $1 and key = $2 and version = $3`,
        [key, version, jsonText(content)],
      );
    },
    fail: async (key, version, cause) => {
      await rows(
        `update telegram_post set failed = $4, sending_at = null, content = ${digestOnly}
         where bot_id = $1 and key = $2 and version = $3`,
        [key, version, cleanText(cause)],
      );
    },
    failChat: async (chatId, cause) => {
      const gone = await rows(
        `update telegram_post set failed = $3, sending_at = null, content = ${digestOnly}
         where bot_id = $1 and chat_id = $2 and failed is null and version > sent_version returning key`,
        [chatId, cleanText(cause)],
      );
      return gone.length;
    },
    find: async (chatId, messageId) => {
      const found = await rows(
        'select key from telegram_post where bot_id = $1 and chat_id = $2 and message_id = $3 order by ord',
        [chatId, messageId],
      );
      return found.map((row) => String(row.key));
    },
    move: async (from, to) => {
      await rows(
        'update telegram_post set chat_id = $3, message_id = null, reply_to = null where bot_id = $1 and chat_id = $2',
        [from, to],
      );
    },
    recent: async (since) => {
      const found = await rows(
        `select chat_id, extract(epoch from coalesce(sending_at, sent_at)) * 1000 as at from telegram_post
         where bot_id = $1 and greatest(sending_at, sent_at) > to_timestamp($2::double precision / 1000)`,
        [since],
      );
      return found.map((row) => ({ chatId: number(row.chat_id), at: number(row.at) }));
    },
    prune: async (seconds) => {
      const gone = await rows(
        `delete from telegram_post where bot_id = $1 and (failed is not null or version = sent_version)
           and greatest(created_at, sent_at) < now() - make_interval(secs => $2) returning key`,
        [seconds],
      );
      return gone.length;
    },
  };
};
