import { openStates, type TaskId } from '@whisper-bot/task';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';
import { eraseOwner, telegramNumber } from './owner.js';
import { eraseTasks, removeTasks } from './task.js';

/** Something that is to be gone from every place. */
export interface Erasure {
  id: string;
  /** Whose everything goes; null where only single tasks do. */
  owner: string | null;
  tasks: TaskId[];
  /** What came later is not meant. */
  before: Date;
}

/**
 * What was promised to be erased, kept until every place has confirmed it twice: what was on its way during the first round (a
 * event in some process's memory, a stage that aborts late) is there by the second.
 */
export interface ErasureRepository {
  /** Promises that the tasks' contents go. */
  ofTasks(tasks: readonly TaskId[]): Promise<Erasure>;
  /** Promises that all of an owner goes; the tasks are found here. */
  ofOwner(owner: string): Promise<Erasure>;
  /** Removes it from PostgreSQL; may be done again. */
  apply(erasure: Erasure): Promise<void>;
  /** Those of the tasks that came by a channel. */
  ofChannel(tasks: readonly TaskId[], channel: string): Promise<TaskId[]>;
  /** Takes promises whose next round is due; they are not handed out again for a while. */
  due(limit: number): Promise<Erasure[]>;
  /** Reports the outcome of a round. The second complete one ends it. */
  report(id: string, complete: boolean): Promise<void>;
  /** Ended tasks of a channel whose contents have been kept longer than so many seconds. */
  outlived(channel: string, seconds: number, limit: number): Promise<TaskId[]>;
}

/** Seconds until the second round, and between attempts where a place is away. */
const pause = { second: 60, again: 30, taken: 120 };

export const createErasureRepository = (db: Kysely<Tables>): ErasureRepository => {
  const promise = async (owner: string | null, tasks: readonly TaskId[]): Promise<Erasure> => {
    const { rows } = await sql<{ id: string; asked_at: Date }>`
      insert into erasure (owner, tasks, next_at)
      values (${owner}, ${[...tasks]}::uuid[], now() + make_interval(secs => ${pause.taken}))
      returning id, asked_at`.execute(db);
    const [row] = rows;
    if (row === undefined) throw new Error('The erasure was not written down.');
    return { id: row.id, owner, tasks: [...tasks], before: row.asked_at };
  };

  return {
    ofTasks: (tasks) => promise(null, tasks),
    ofOwner: async (owner) => {
      const { rows } = await sql<{ id: TaskId }>`
        select id from task where owner = ${owner}
        union select task_id from telegram_request where user_id = ${telegramNumber(owner)}::bigint`.execute(db);
      return promise(
        owner,
        rows.map(({ id }) => id),
      );
    },
    apply: ({ owner, tasks, before }) =>
      db.transaction().execute(async (trx) => {
        if (owner === null) return eraseTasks(trx, tasks);
        await removeTasks(trx, tasks);
        await eraseOwner(trx, owner, before);
      }),
    ofChannel: async (tasks, channel) => {
      if (tasks.length === 0) return [];
      const { rows } = await sql<{
        id: TaskId;
      }>`select id from task where id = any(${[...tasks]}::uuid[]) and channel = ${channel}`.execute(db);
      return rows.map(({ id }) => id);
    },
    due: async (limit) => {
      const { rows } = await sql<{ id: string; owner: string | null; tasks: TaskId[]; asked_at: Date }>`
        update erasure set next_at = now() + make_interval(secs => ${pause.taken}), attempts = attempts + 1
        where id in (select id from erasure where next_at <= now() order by next_at limit ${limit} for update skip locked)
        returning id, owner, tasks, asked_at`.execute(db);
      return rows.map(({ asked_at: before, ...row }) => ({ ...row, before }));
    },
    report: async (id, complete) => {
      if (complete) {
        const done = await sql`delete from erasure
          where id = ${id} and passed_at <= now() - make_interval(secs => ${pause.second})`.execute(db);
        if (done.numAffectedRows === 1n) return;
      }
      await sql`update erasure set
          passed_at = case when ${complete} then coalesce(passed_at, now()) else passed_at end,
          next_at = now() + make_interval(secs => ${complete ? pause.second : pause.again})
        where id = ${id}`.execute(db);
    },
    outlived: async (channel, seconds, limit) => {
      const { rows } = await sql<{ id: TaskId }>`
        select id from task where channel = ${channel} and state <> all(${[...openStates]}::text[])
          and changed_at < now() - make_interval(secs => ${seconds}) and not body ? 'forgotten'
        order by changed_at limit ${limit}`.execute(db);
      return rows.map(({ id }) => id);
    },
  };
};
