import { openStates, type TaskId, taskSchema } from '@whisper-bot/task';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';
import type { TaskRepository } from './task.js';
import { createTaskHistory } from './task-history.js';
import { createTaskPages } from './task-page.js';
import { rowOf } from './task-row.js';

export const createTaskRepository = (db: Kysely<Tables>): TaskRepository => ({
  ...createTaskHistory(db),
  ...createTaskPages(db),
  find: async (id) => {
    const row = await db.selectFrom('task').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : rowOf(row);
  },
  task: async (id) => {
    const row = await db.selectFrom('task').select('body').where('id', '=', id).executeTakeFirst();
    return taskSchema.safeParse(row?.body).data ?? null;
  },
  open: async (limit) =>
    (
      await db
        .selectFrom('task')
        .selectAll()
        .where('state', 'in', openStates)
        .orderBy('accepted_at')
        .limit(limit)
        .execute()
    ).map(rowOf),
  notified: async (id) => {
    await db.updateTable('task').set({ notified_at: new Date() }).where('id', '=', id).execute();
  },
  shown: async ({ taskId, revision, edit }) => {
    await sql`update result set shown_revision = ${revision}, shown_edit = ${edit}
      where task_id = ${taskId} and (shown_edit is null or (shown_revision, shown_edit) < (${revision}, ${edit}))`.execute(
      db,
    );
  },
  named: async (ids) => {
    const { rows } = await sql<{ id: TaskId }>`
      select id from task where id = any(${[...ids]}::uuid[]) and state = any(${[...openStates]}::text[])
      union select task_id from telegram_request
        where task_id = any(${[...ids]}::uuid[]) and state in ('fetching', 'working')`.execute(db);
    return rows.map(({ id }) => id);
  },
  ended: async (since) => {
    const { done, failed, seconds } = await db
      .selectFrom('task')
      .select(({ fn }) => [
        fn.countAll<string>().filterWhere('state', '=', 'done').as('done'),
        fn.countAll<string>().filterWhere('state', '=', 'failed').as('failed'),
        fn.coalesce(fn.sum<number>('duration').filterWhere('state', '=', 'done'), sql<number>`0`).as('seconds'),
      ])
      .where('state', 'in', ['done', 'failed'])
      .where('changed_at', '>=', since)
      .executeTakeFirstOrThrow();
    return { done: Number(done), failed: Number(failed), audioSeconds: Number(seconds) };
  },
  hours: async (count) => {
    const { rows } = await sql<{ at: Date; done: number; failed: number }>`
      select hour as at, count(task.id) filter (where state = 'done')::int as done,
        count(task.id) filter (where state = 'failed')::int as failed
      from generate_series(date_trunc('hour', now()) - make_interval(hours => ${count - 1}), now(), interval '1 hour') as hour
      left join task on state in ('done', 'failed') and changed_at >= hour and changed_at < hour + interval '1 hour'
      group by hour order by hour`.execute(db);
    return rows;
  },
});
