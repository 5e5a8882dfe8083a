import {
  type Channel,
  cleanText,
  isAbandoned,
  isFinal,
  openStates,
  rankOf,
  type Task,
  type TaskErrorCode,
  type TaskId,
  type TaskOptions,
  type TaskState,
  taskOptionsSchema,
  taskSchema,
  taskStates,
} from '@whisper-bot/task';
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { jsonText } from '../json-text.js';
import type { Tables, TaskTableRow } from '../schema.js';

export interface TaskRow {
  id: TaskId;
  state: TaskState;
  channel: Channel;
  title: string;
  owner: string;
  /** Of the channel; empty where there is none. */
  chat: string;
  options: TaskOptions;
  acceptedAt: Date;
  changedAt: Date;
  /** Of the recording, seconds; null until known. */
  duration: number | null;
  code: TaskErrorCode | null;
  cause: string | null;
}

export interface TaskFilter {
  state?: TaskState;
  channel?: Channel;
  owner?: string;
  chat?: string;
  since?: Date;
  until?: Date;
  /** An id, or words of the transcript or title. */
  text?: string;
}

export interface TaskChange {
  state: TaskState;
  at: Date;
  code: TaskErrorCode | null;
  cause: string | null;
}

/** A change of state as the pipeline reports it; `at` is Unix milliseconds. */
export interface ToldChange {
  taskId: TaskId;
  state: TaskState;
  at: number;
  cause?: string;
  code?: TaskErrorCode;
}

/** The cause of a task that the record knows and that was not accepted after all: its sender was notified. */
export const notAccepted = 'not accepted';

/** An ended task whose webhook may not have been called. */
export interface Unnotified {
  id: TaskId;
  state: 'done' | 'failed';
}

/** The record of tasks: what was accepted, how it went, how it ended. */
export interface TaskRepository {
  /** Records an accepted task; doing so twice has no further effect. */
  accept(task: Task): Promise<void>;
  /** Writes a change of state down; an older one reported late changes the history, not the state. False for an unknown task. */
  change(change: ToldChange): Promise<boolean>;
  /** Newest first; `after` is the cursor of the last page. */
  search(
    filter: TaskFilter,
    page: { after?: string; limit: number },
  ): Promise<{ rows: TaskRow[]; next: string | null }>;
  find(id: TaskId): Promise<TaskRow | null>;
  /** As it was accepted; null for an unknown one, and for one in a shape that this version does not know. */
  task(id: TaskId): Promise<Task | null>;
  changes(id: TaskId): Promise<TaskChange[]>;
  /** Not ended yet, oldest first. */
  open(limit: number): Promise<TaskRow[]>;
  /**
   * Not ended and unchanged for so many seconds, longest first: what a reconciler looks at. `after` is the cursor of the last page.
   */
  stale(seconds: number, page: { after?: string; limit: number }): Promise<{ tasks: Task[]; next: string | null }>;
  /**
   * Ended within so many seconds, and more than `grace` seconds ago, with a webhook of which no call is written down; oldest first.
   * `after` is the cursor of the last page.
   */
  unnotified(
    window: { grace: number; within: number },
    page: { after?: string; limit: number },
  ): Promise<{ tasks: Unnotified[]; next: string | null }>;
  /** Writes down that the task's webhook was called, or need not be. */
  notified(id: TaskId): Promise<void>;
  /** Which of these are open in the record, or asked for in Telegram and not ended: their folders are not orphans. */
  named(ids: readonly TaskId[]): Promise<TaskId[]>;
  /** How many ended so since then. */
  ended(since: Date): Promise<{ done: number; failed: number; audioSeconds: number }>;
  /** Done and failed by hour, for the last hours. */
  hours(count: number): Promise<{ at: Date; done: number; failed: number }[]>;
}

/** The chat a task came from, as its channel calls it. */
const chatOf = ({ origin }: Task): string => {
  const chat = origin.chatId ?? origin.chat_id;
  return typeof chat === 'number' || typeof chat === 'string' ? String(chat) : '';
};

const rowOf = (row: TaskTableRow): TaskRow => ({
  id: row.id as TaskId,
  state: row.state as TaskState,
  channel: row.channel as Channel,
  title: row.title,
  owner: row.owner,
  chat: row.chat,
  // One row of another make must not hide all the others.
  options: taskSchema.safeParse(row.body).data?.options ?? taskOptionsSchema.parse({}),
  acceptedAt: row.accepted_at,
  changedAt: row.changed_at,
  duration: row.duration,
  code: row.code as TaskErrorCode | null,
  cause: row.cause,
});

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Where a page ended, as text: microseconds and id. */
const cursorOf = (column: 'accepted_at' | 'changed_at') =>
  sql<string>`(extract(epoch from ${sql.ref(`task.${column}`)}) * 1000000)::bigint::text || '_' || task.id`.as(
    'cursor',
  );

/** Null for what is no cursor. */
const placeOf = (cursor: string | undefined) => {
  const [time, id] = (cursor ?? '').split('_');
  if (time === undefined || id === undefined || !uuid.test(id) || !/^\d{1,16}$/.test(time)) return null;
  return { at: sql<Date>`to_timestamp(${time}::bigint / 1000000.0)`, id };
};

/** Milliseconds no change is reported out of order: one that seems older than that comes from a clock that was set back. */
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

export const createTaskRepository = (db: Kysely<Tables>): TaskRepository => ({
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
  change: ({ taskId, state, at, cause: rawCause = null, code = null }) =>
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
        .set({ state, changed_at: when, cause: why, code, ...(state === 'accepted' ? { notified_at: null } : {}) })
        .where('id', '=', taskId)
        .execute();
      return true;
    }),
  search: async (filter, { after, limit }) => {
    let query = filtered(db.selectFrom('task').selectAll('task'), filter);
    const place = placeOf(after);
    if (place !== null)
      query = query.where(sql<boolean>`(task.accepted_at, task.id) < (${place.at}, ${place.id}::uuid)`);
    const rows = await query
      .select(cursorOf('accepted_at'))
      .orderBy('task.accepted_at', 'desc')
      .orderBy('task.id', 'desc')
      .limit(limit + 1)
      .execute();
    const page = rows.slice(0, limit);
    return { rows: page.map(rowOf), next: rows.length > limit ? (page.at(-1)?.cursor ?? null) : null };
  },
  find: async (id) => {
    const row = await db.selectFrom('task').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : rowOf(row);
  },
  task: async (id) => {
    const row = await db.selectFrom('task').select('body').where('id', '=', id).executeTakeFirst();
    return taskSchema.safeParse(row?.body).data ?? null;
  },
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
  stale: async (seconds, { after, limit }) => {
    let query = db
      .selectFrom('task')
      .select(['body', cursorOf('changed_at')])
      .where('state', 'in', openStates)
      // A change from the future is one from before the clock was set back.
      .where((where) =>
        where.or([
          where('changed_at', '<', new Date(Date.now() - seconds * 1000)),
          where('changed_at', '>', new Date(Date.now() + mostDisorder)),
        ]),
      );
    const place = placeOf(after);
    if (place !== null)
      query = query.where(sql<boolean>`(task.changed_at, task.id) > (${place.at}, ${place.id}::uuid)`);
    const rows = await query.orderBy('changed_at').orderBy('id').limit(limit).execute();
    return {
      // One row of another shape must not keep the others from being looked at.
      tasks: rows.flatMap(({ body }) => taskSchema.safeParse(body).data ?? []),
      next: rows.length < limit ? null : (rows.at(-1)?.cursor ?? null),
    };
  },
  unnotified: async ({ grace, within }, { after, limit }) => {
    let query = db
      .selectFrom('task')
      .select(['id', 'state', cursorOf('changed_at')])
      .where('notified_at', 'is', null)
      .where(sql<boolean>`state in ('done', 'failed')`)
      .where(sql<boolean>`body->'origin' ? 'webhook'`)
      .where('changed_at', '>', new Date(Date.now() - within * 1000))
      .where('changed_at', '<', new Date(Date.now() - grace * 1000));
    const place = placeOf(after);
    if (place !== null)
      query = query.where(sql<boolean>`(task.changed_at, task.id) > (${place.at}, ${place.id}::uuid)`);
    const rows = await query.orderBy('changed_at').orderBy('id').limit(limit).execute();
    return {
      tasks: rows.map(({ id, state }) => ({ id, state }) as Unnotified),
      next: rows.length < limit ? null : (rows.at(-1)?.cursor ?? null),
    };
  },
  notified: async (id) => {
    await db.updateTable('task').set({ notified_at: new Date() }).where('id', '=', id).execute();
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

type TaskQuery = SelectQueryBuilder<Tables, 'task', TaskTableRow>;

const filtered = (
  query: TaskQuery,
  { state, channel, owner, chat, since, until, text = '' }: TaskFilter,
): TaskQuery => {
  let found = query;
  if (state !== undefined) found = found.where('task.state', '=', state);
  if (channel !== undefined) found = found.where('task.channel', '=', channel);
  if (owner !== undefined) found = found.where('task.owner', '=', owner);
  if (chat !== undefined) found = found.where('task.chat', '=', chat);
  if (since !== undefined) found = found.where('task.accepted_at', '>=', since);
  if (until !== undefined) found = found.where('task.accepted_at', '<', until);
  const words = cleanText(text).trim();
  if (uuid.test(words)) return found.where('task.id', '=', words);
  if (words === '') return found;
  const query_ = sql`websearch_to_tsquery('simple', ${words})`;
  return found.where(
    sql<boolean>`task.id in (select task_id from result where to_tsvector('simple', text) @@ ${query_}
      union all select id from task where to_tsvector('simple', title) @@ ${query_})`,
  );
};
