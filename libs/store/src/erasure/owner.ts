import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';

/** The number of a Telegram user or channel that owns tasks; null for any other owner. */
export const telegramNumber = (owner: string): string | null => /^tg:(-?\d{1,18})$/.exec(owner)?.[1] ?? null;

/**
 * Removes what the bot keeps of a person besides their tasks, as far as it was there at `before`: settings, handled updates, sent
 * messages. Stays: what an operator decided about them (`telegram_limit`, `audit`), and the day's use under a keyed hash.
 */
export const eraseOwner = async (trx: Kysely<Tables>, owner: string, before: Date): Promise<void> => {
  const number = telegramNumber(owner);
  if (number === null) return;
  // A private chat has its person's number.
  await sql`delete from telegram_preference where chat_id = ${number}`.execute(trx);
  await sql`delete from telegram_update where received_at <= ${before} and (done or parked is not null) and (
      chat_id = ${number}
      or coalesce(body->'message', body->'callback_query', body->'my_chat_member')->'from'->>'id' = ${number})`.execute(
    trx,
  );
  await sql`delete from telegram_post where chat_id = ${number} and created_at <= ${before}
    and (version = sent_version or failed is not null)`.execute(trx);
  await sql`delete from telegram_request where user_id = ${number} and created_at <= ${before}`.execute(trx);
};
