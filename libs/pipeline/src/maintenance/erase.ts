import { type TaskId, taskFolder } from '@whisper-bot/task';
import { type QueueName, queueNames } from '../catalogue.js';
import { cancel } from '../command/command.js';
import type { PipelineContext } from '../context.js';
import { unreachable } from '../redis/connection.js';
import { clockKey, liveKey } from '../state/task-state.js';

export interface Erased {
  tasks: readonly TaskId[];
  /** Whose turn in the queues is forgotten as well; null: no one's. */
  owner: string | null;
}

/** Seconds the state of an erased task outlasts it: a stage that has not heard of it yet must find that it is cancelled. */
const tombstone = 3600;
/** Bytes of the append-only file up to which it is rewritten at once, so that what was removed leaves the disk too. */
const largestRewrite = 256 * 1024 ** 2;

/** See {@link WorkingPipeline.erase}. */
export const erase = async (context: PipelineContext, { tasks, owner }: Erased): Promise<boolean> => {
  const { connection, tasksDir } = context;
  const { options } = connection;
  try {
    for (const id of tasks) {
      await cancel(context, id);
      await connection.failFast.eraseTask(liveKey(connection, id), id, Date.now(), tombstone);
    }
    const left = await removeJobs(context, new Set<string>(tasks));
    for (const id of tasks) {
      context.tasks.forget(id);
      await taskFolder(tasksDir, id).destroy();
    }
    for (const name of queueNames) {
      // BullMQ's events name jobs and the causes of their failures; nothing here reads them.
      if (tasks.length > 0) await connection.failFast.xtrim(`${options.prefix}:${name}:events`, 'MAXLEN', 0);
      if (owner !== null) await connection.failFast.hdel(clockKey(connection, name), `o:${owner}`);
    }
    await rewriteJournal(context);
    return left === 0;
  } catch (error) {
    throw unreachable(error);
  }
};

/** Removes every job of the tasks, of whatever revision; returns how many run right now and could not be. */
const removeJobs = async ({ connection }: PipelineContext, tasks: ReadonlySet<string>): Promise<number> => {
  if (tasks.size === 0) return 0;
  const { prefix } = connection.options;
  const [only] = tasks;
  const found = new Set<string>();
  for (let cursor = '0'; ; ) {
    const pattern = tasks.size === 1 ? `${prefix}:*${only}*` : `${prefix}:*`;
    const [next, keys] = await connection.failFast.scan(cursor, 'MATCH', pattern, 'COUNT', 2000);
    for (const key of keys) if (tasks.has(uuid.exec(key)?.[0] ?? '')) found.add(key.slice(prefix.length + 1));
    cursor = next;
    if (cursor === '0') break;
  }
  const jobs = [...found].flatMap((key) => {
    const [name, job, ...rest] = key.split(':');
    const queue = queueNames.find((known) => known === name);
    return queue === undefined || job === undefined || rest.length > 0 ? [] : [{ key, queue, job }];
  });
  let left = 0;
  // Roots first: a parent whose failed child is taken away would go on without it.
  for (const { key, queue, job } of jobs.sort((one, other) => depth(one.queue) - depth(other.queue))) {
    const removed = await connection
      .queue(queue, 'failFast')
      .remove(job)
      .catch(() => 0);
    // A parent takes its children along: then it is gone as well.
    if (removed !== 1 && (await connection.failFast.exists(`${prefix}:${key}`)) === 1) left += 1;
  }
  return left;
};

const depth = (name: QueueName): number => (name.startsWith('deliver-') ? 0 : name === 'merge' ? 1 : 2);

const uuid = /[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}/;

/** A small append-only file is rewritten without what was removed; a large one is left to Redis's own rhythm. */
const rewriteJournal = async ({ connection, log }: PipelineContext): Promise<void> => {
  try {
    const info = await connection.failFast.info('persistence');
    const size = Number(/^aof_current_size:(\d+)/m.exec(info)?.[1] ?? Number.POSITIVE_INFINITY);
    if (size <= largestRewrite && /^aof_rewrite_in_progress:0/m.test(info)) await connection.failFast.bgrewriteaof();
  } catch (error) {
    // Not every server lets a client do this.
    log.info({ err: error }, 'append-only file not rewritten');
  }
};
