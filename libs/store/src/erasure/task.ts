import { openStates, type TaskId } from '@whisper-bot/task';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';

/** Sequence numbers of the bot's farewell to a deleted recording leave this rest; see `endSequence` there. */
const farewell = 3;

/**
 * Removes what people said, and what they called it, of tasks: that there was a task stays, with owner, times, length and
 * outcome. A task that had not ended is cancelled.
 */
export const eraseTasks = async (trx: Kysely<Tables>, tasks: readonly TaskId[]): Promise<void> => {
  if (tasks.length === 0) return;
  const ids = sql`any(${[...tasks]}::uuid[])`;
  const isOpen = sql`state = any(${[...openStates]}::text[])`;
  await sql`insert into task_change (task_id, state, at)
    select id, 'cancelled', now() from task where id = ${ids} and ${isOpen}
    on conflict do nothing`.execute(trx);
  await sql`update task set
      title = '', cause = null,
      changed_at = case when ${isOpen} then now() else changed_at end,
      state = case when ${isOpen} then 'cancelled' else state end,
      body = jsonb_set(jsonb_set(body, '{title}', '""'), '{options,prompt}', '""') || '{"forgotten": true, "origin": {}}'
    where id = ${ids}`.execute(trx);
  await sql`update task_change set cause = null where task_id = ${ids} and cause is not null`.execute(trx);
  await sql`delete from result where task_id = ${ids}`.execute(trx);
  // An update that was put aside still has the message the recording came with.
  await sql`delete from telegram_update using telegram_request as request
    where request.task_id = ${ids} and telegram_update.bot_id = request.bot_id and telegram_update.chat_id = request.chat_id
      and parked is not null
      and coalesce(telegram_update.body->'message', telegram_update.body->'channel_post')->'message_id' = request.body->'messageId'`.execute(
    trx,
  );
  await sql`update telegram_request set state = 'deleted', file_unique_id = '',
      body = jsonb_set(body, '{options,prompt}', '""') ||
        '{"state": "deleted", "title": "", "fileId": "", "fileUniqueId": ""}'
    where task_id = ${ids}`.execute(trx);
  await erasePosts(trx, tasks);
};

/** Messages that belong to tasks: what was not sent yet is not sent any more, but for the farewell itself. */
const erasePosts = async (trx: Kysely<Tables>, tasks: readonly TaskId[]): Promise<void> => {
  const ids = sql`any(${[...tasks]}::text[])`;
  await sql`update telegram_post set sent_version = version, content = '{"kind": "sent"}'
    where split_part(key, ':', 1) = 'task' and split_part(key, ':', 2) = ${ids}
      and failed is null and version > sent_version and edition % 4 <> ${farewell}`.execute(trx);
  await sql`delete from telegram_post where split_part(key, ':', 1) <> 'task' and split_part(key, ':', 2) = ${ids}`.execute(
    trx,
  );
};

/** Removes tasks from the record altogether, with their requests and messages. */
export const removeTasks = async (trx: Kysely<Tables>, tasks: readonly TaskId[]): Promise<void> => {
  await eraseTasks(trx, tasks);
  if (tasks.length === 0) return;
  await sql`delete from telegram_post where split_part(key, ':', 2) = any(${[...tasks]}::text[])
    and (version = sent_version or failed is not null)`.execute(trx);
  await sql`delete from telegram_request where task_id = any(${[...tasks]}::uuid[])`.execute(trx);
  await sql`delete from task where id = any(${[...tasks]}::uuid[])`.execute(trx);
};
