import type { TaskId } from '@whisper-bot/task';
import type { Redis } from 'ioredis';
import type { PipelineLog } from '../context.js';
import type { TaskProgress } from '../contract.js';
import type { Connection } from '../redis/connection.js';
import { allProgress, parsePublished, progressChannel, readProgress } from './task-state.js';

/** Milliseconds between two looks at tasks whose published changes may have been lost. */
const pollInterval = 1000;
/** Tasks looked at in one such round; where more are watched, rounds take turns. */
const mostPolled = 200;

type Listener = (progress: TaskProgress) => void;

/** Follows tasks for any number of callers over one connection and one poll. */
export interface Watcher {
  /** Calls back on every change until the returned function is called. */
  watch(id: TaskId | 'all', onChange: Listener): Promise<() => Promise<void>>;
}

export const createWatcher = (connection: Connection, log: PipelineLog): Watcher => {
  const listeners = new Map<TaskId | 'all', Set<Listener>>();
  let client: Redis | undefined;
  let timer: NodeJS.Timeout | undefined;
  let polling = false;
  let turn = 0;

  const emit = (to: TaskId | 'all', progress: TaskProgress): void => {
    for (const listener of [...(listeners.get(to) ?? [])]) listener(progress);
  };
  const open = (): Redis => {
    if (client !== undefined) return client;
    client = connection.subscriber();
    const heard = (text: string): void => {
      const progress = parsePublished(text);
      if (progress !== null) emit(progress.taskId, progress);
    };
    client.on('message', (_channel: string, text: string) => heard(text));
    client.on('pmessage', (_pattern: string, _channel: string, text: string) => {
      const progress = parsePublished(text);
      if (progress !== null) emit('all', progress);
    });
    return client;
  };

  const poll = async (): Promise<void> => {
    if (polling) return;
    polling = true;
    try {
      const ids = [...listeners.keys()].filter((id): id is TaskId => id !== 'all');
      turn = turn >= ids.length ? 0 : turn;
      const due = ids.slice(turn, turn + mostPolled);
      turn += due.length;
      await Promise.all(
        due.map(async (id) => {
          const progress = await readProgress(connection, id);
          if (progress !== null) emit(id, progress);
        }),
      );
    } catch (error) {
      log.warn({ err: error }, 'reading progress failed');
    } finally {
      polling = false;
    }
  };
  const schedule = (): void => {
    const isWatched = [...listeners.keys()].some((id) => id !== 'all');
    if (isWatched) timer ??= setInterval(() => void poll(), pollInterval);
    else {
      clearInterval(timer);
      timer = undefined;
    }
  };

  const add = async (id: TaskId | 'all', listener: Listener): Promise<void> => {
    const known = listeners.get(id);
    if (known !== undefined) {
      known.add(listener);
      return;
    }
    listeners.set(id, new Set([listener]));
    schedule();
    if (id === 'all') await open().psubscribe(allProgress(connection));
    else await open().subscribe(progressChannel(connection, id));
  };
  const remove = async (id: TaskId | 'all', listener: Listener): Promise<void> => {
    const known = listeners.get(id);
    known?.delete(listener);
    if (known === undefined || known.size > 0) return;
    listeners.delete(id);
    schedule();
    const left =
      id === 'all'
        ? client?.punsubscribe(allProgress(connection))
        : client?.unsubscribe(progressChannel(connection, id));
    // While Redis is away this waits for its return, and no one waits for it.
    left?.catch(() => undefined);
  };

  return {
    watch: async (id, onChange) => {
      let last = '';
      const listener: Listener = (now) => {
        const text = id === 'all' ? '' : JSON.stringify({ ...now, at: 0 });
        if (id !== 'all' && text === last) return;
        last = text;
        onChange(now);
      };
      try {
        await add(id, listener);
      } catch (error) {
        await remove(id, listener);
        throw error;
      }
      return () => remove(id, listener);
    },
  };
};
