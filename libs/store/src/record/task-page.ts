import { cleanText, type EndedTask, openStates, stages, type TaskId, taskSchema } from '@whisper-bot/task';
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Tables, TaskTableRow } from '../schema.js';
import type { TaskFilter, TaskRepository, Unnotified } from './task.js';
import { mostDisorder } from './task-history.js';
import { rowOf } from './task-row.js';

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

/** Columns that a page is ordered by. */
interface PageOrder {
  time: string;
  id: string;
  descending?: boolean;
}

const byAcceptance: PageOrder = { time: 'task.accepted_at', id: 'task.id', descending: true };
const byChange: PageOrder = { time: 'task.changed_at', id: 'task.id' };
const bySaving: PageOrder = { time: 'saved_at', id: 'task_id' };

/** Whether a row comes after the cursor; every row does where there is none. */
const isAfter = (cursor: string | undefined, { time, id, descending = false }: PageOrder) => {
  const place = placeOf(cursor);
  if (place === null) return sql<boolean>`true`;
  const than = descending ? sql`<` : sql`>`;
  return sql<boolean>`(${sql.ref(time)}, ${sql.ref(id)}) ${than} (${place.at}, ${place.id}::uuid)`;
};

/** The cursor behind a page; null where it was not full, and so was the last. */
const nextOf = (rows: readonly { cursor: string }[], limit: number): string | null =>
  rows.length < limit ? null : (rows.at(-1)?.cursor ?? null);

/** Tasks page by page; each page begins where the cursor of the one before says. */
export const createTaskPages = (
  db: Kysely<Tables>,
): Pick<TaskRepository, 'search' | 'stale' | 'unnotified' | 'endings' | 'unshown'> => ({
  search: async (filter, { after, limit }) => {
    const rows = await filtered(db.selectFrom('task').selectAll('task'), filter)
      .where(isAfter(after, byAcceptance))
      .select(cursorOf('accepted_at'))
      .orderBy('task.accepted_at', 'desc')
      .orderBy('task.id', 'desc')
      .limit(limit + 1)
      .execute();
    const page = rows.slice(0, limit);
    return { rows: page.map(rowOf), next: rows.length > limit ? (page.at(-1)?.cursor ?? null) : null };
  },
  stale: async (seconds, { after, limit }) => {
    const rows = await db
      .selectFrom('task')
      .select(['body', cursorOf('changed_at')])
      .where('state', 'in', openStates)
      // A change from the future is one from before the clock was set back.
      .where((where) =>
        where.or([
          where('changed_at', '<', new Date(Date.now() - seconds * 1000)),
          where('changed_at', '>', new Date(Date.now() + mostDisorder)),
        ]),
      )
      .where(isAfter(after, byChange))
      .orderBy('changed_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return {
      // One row of another shape must not keep the others from being looked at.
      tasks: rows.flatMap(({ body }) => taskSchema.safeParse(body).data ?? []),
      next: nextOf(rows, limit),
    };
  },
  unnotified: async ({ grace, within }, { after, limit }) => {
    const rows = await db
      .selectFrom('task')
      .select(['id', 'state', cursorOf('changed_at')])
      .where('notified_at', 'is', null)
      .where(sql<boolean>`state in ('done', 'failed')`)
      .where(sql<boolean>`body->'origin' ? 'webhook'`)
      .where('changed_at', '>', new Date(Date.now() - within * 1000))
      .where('changed_at', '<', new Date(Date.now() - grace * 1000))
      .where(isAfter(after, byChange))
      .orderBy('changed_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return {
      tasks: rows.map(({ id, state }) => ({ id, state }) as Unnotified),
      next: nextOf(rows, limit),
    };
  },
  endings: async ({ grace, within }, { after, limit }) => {
    const rows = await db
      .selectFrom('task')
      .select(['body', 'state', 'changed_at', 'cause', 'stage', cursorOf('changed_at')])
      .select(
        sql<boolean>`exists (select from telegram_request r where r.task_id = task.id and r.state in ('fetching', 'working'))`.as(
          'unreported',
        ),
      )
      .where(sql<boolean>`state in ('done', 'failed')`)
      .where('changed_at', '>', new Date(Date.now() - within * 1000))
      .where('changed_at', '<', new Date(Date.now() - grace * 1000))
      .where(isAfter(after, byChange))
      .orderBy('changed_at')
      .orderBy('id')
      .limit(limit)
      .execute();
    return {
      // What was erased, or has another shape, is nothing to be restored.
      tasks: rows.flatMap(({ body, state, changed_at: at, cause, stage, unreported }) => {
        const task = taskSchema.safeParse(body).data;
        const known = stages.find((each) => each === stage) ?? null;
        return task === undefined
          ? []
          : [{ task, state: state as EndedTask['state'], at: at.getTime(), cause, stage: known, unreported }];
      }),
      next: nextOf(rows, limit),
    };
  },
  unshown: async ({ grace, within }, { after, limit }) => {
    const { rows } = await sql<{ id: TaskId; revision: number; edit: number; cursor: string }>`
      select result.task_id as id, revision, edit, (extract(epoch from saved_at) * 1000000)::bigint::text || '_' || task_id as cursor
      from result join task on task.id = result.task_id
      where edit > 0 and (shown_edit is null or (shown_revision, shown_edit) < (revision, edit)) and task.channel = 'telegram'
        and saved_at > ${new Date(Date.now() - within * 1000)} and saved_at < ${new Date(Date.now() - grace * 1000)}
        and ${isAfter(after, bySaving)}
      order by saved_at, task_id limit ${limit}`.execute(db);
    return {
      tasks: rows.map(({ id, revision, edit }) => ({ taskId: id, revision, edit })),
      next: nextOf(rows, limit),
    };
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
