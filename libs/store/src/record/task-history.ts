import {
  cleanText,
  isAbandoned,
  isFinal,
  rankOf,
  type Task,
  type TaskErrorCode,
  type TaskState,
  taskStates,
} from '@whisper-bot/task';
import { type Kysely, sql } from 'kysely';
import { jsonText } from '../json-text.js';
import type { Tables } from '../schema.js';
import type { TaskRepository } from './task.js';

/** The chat a task came from, as its channel calls it. */
const chatOf = ({ origin }: Task): string => {
  const chat = origin.chatId ?? origin.chat_id;
  return typeof chat === 'number' || typeof chat === 'string' ? String(chat) : '';
};

export /** Milliseconds no change is reported out of order: one that seems older than that comes from a clock that was set back. */
const mostDisorder = 60_000;

/** Whether a change came after the one a task's row stands for. */
const isLater = (change: { state: TaskState; at: Date }, row: { state: string; changed_at: Date }): boolean => {
  const gain = change.at.getTime() - row.changed_at.getTime();
  const isFurther = rankOf(change.state) > rankOf(row.state as TaskState);
  return gain > 0 || ((gain === 0 || gain < -mostDisorder) && isFurther);
};

/** The rank of a change's state, for sorting. */
const stateRank = sql<number>`case state ${sql.join(
  taskStates.map((state) => sql`when ${state} then ${sql.lit(rankOf(state))}`),
  sql` `,
)} end`;

/** What is written down of a task: that it was accepted, and each change of its state. */
export const createTaskHistory = (db: Kysely<Tables>): Pick<TaskRepository, 'accept' | 'change' | 'changes'> => ({
  accept: async (task) => {
    await db.transaction().execute(async (trx) => {
      const at = new Date(task.acceptedAt);
      const values = {
        id: task.id,
        channel: task.channel,
        owner: cleanText(task.owner),
        chat: cleanText(chatOf(task)),
        title: cleanText(task.title),
        state: 'accepted',
        body: jsonText(task),
        accepted_at: at,
        changed_at: at,
      };
      const added = await trx
        .insertInto('task')
        .values(values)
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      if (added !== undefined)
        await trx.insertInto('task_change').values({ task_id: task.id, state: 'accepted', at }).execute();
    });
  },
  change: ({ taskId, state, at, cause: rawCause = null, code = null, stage = null }) =>
    db.transaction().execute(async (trx) => {
      const cause = rawCause === null ? null : cleanText(rawCause);
      const when = new Date(at);
      const row = await trx
        .selectFrom('task')
        .select(['state', 'changed_at', sql<boolean>`body ? 'forgotten'`.as('forgotten')])
        .where('id', '=', taskId)
        .forUpdate()
        .executeTakeFirst();
      if (row === undefined) return false;
      // The pipeline reports what `accept` has recorded already, perhaps late; only a reopened task is accepted again.
      if (state === 'accepted' && (row.state === 'accepted' || when <= row.changed_at)) return true;
      // An end the reconciler has seen already is reported once more by the queue.
      if (state === row.state && isFinal(state)) return true;
      // The operator's words may be the sender's: of an erased task none come back.
      const why = row.forgotten ? null : cause;
      await trx
        .insertInto('task_change')
        .values({ task_id: taskId, state, at: when, cause: why, code })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      // What was cancelled stays so, whatever a worker that does not know it yet still reports; only accepting it again reopens it.
      if (!isLater({ state, at: when }, row) || (isAbandoned(row.state as TaskState) && state !== 'accepted'))
        return true;
      await trx
        .updateTable('task')
        // A task that was opened again has another end, and another call.
        .set({
          state,
          changed_at: when,
          cause: why,
          code,
          stage,
          ...(state === 'accepted' ? { notified_at: null } : {}),
        })
        .where('id', '=', taskId)
        .execute();
      return true;
    }),
  changes: async (id) => {
    const rows = await db
      .selectFrom('task_change')
      .select(['state', 'at', 'cause', 'code'])
      .where('task_id', '=', id)
      .orderBy('at')
      .orderBy(stateRank)
      .orderBy('seq')
      .execute();
    return rows.map(({ state, code, ...row }) => ({
      ...row,
      state: state as TaskState,
      code: code as TaskErrorCode | null,
    }));
  },
});
