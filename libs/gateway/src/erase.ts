import type { TaskId } from '@whisper-bot/task';
import { taskIdOf } from './entry.js';
import { openStreams, type Streams, streamNames } from './stream.js';

export interface ResultEraser {
  /** Removes results, requests and dead entries of tasks from the streams, also those nobody has read yet. */
  erase(tasks: readonly TaskId[]): Promise<void>;
  close(): void;
}

export interface ResultEraserOptions {
  /** Redis of the streams. */
  redis: string;
  /** Starts the streams' names; default none. */
  prefix?: string;
  onError: (error: Error) => void;
}

const page = 500;

/** Erases from the plan's streams; connects when first used. */
export const createResultEraser = ({ redis, prefix, onError }: ResultEraserOptions): ResultEraser => {
  const names = streamNames(prefix);
  let opened: Streams | undefined;
  const eraseFrom = async (streams: Streams, stream: string, ids: ReadonlySet<string>): Promise<void> => {
    for (let from = '-'; ; ) {
      const entries = await streams.xrange(stream, from, '+', 'COUNT', page);
      const meant = entries.flatMap(([entry, fields]) => (ids.has(idOf(fields)) ? [entry] : []));
      if (meant.length > 0) await streams.xdel(stream, ...meant);
      const last = entries.at(-1);
      if (last === undefined || entries.length < page) return;
      from = `(${last[0]}`;
    }
  };
  return {
    erase: async (tasks) => {
      if (tasks.length === 0) return;
      opened ??= openStreams(redis, onError);
      await opened.del(...tasks.flatMap((id) => [names.result(id), names.told(id)]));
      const ids = new Set<string>(tasks);
      for (const stream of [names.results, names.dead, names.tasks]) await eraseFrom(opened, stream, ids);
    },
    close: () => opened?.disconnect(),
  };
};

/** Results carry theirs as requests do. */
const idOf = (fields: string[]): string => taskIdOf(fields) ?? '';
