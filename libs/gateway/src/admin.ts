import type { TaskId } from '@whisper-bot/task';
import { taskIdOf } from './entry.js';
import { openStreams, type Streams, streamNames } from './stream.js';

export interface StreamAdmin {
  /** Removes results, requests and dead entries of tasks from the streams, also those no one has read yet. */
  erase(tasks: readonly TaskId[]): Promise<void>;
  /** The ids in entries that no one has taken yet, or someone is just taking: as a task, and in the path of a file. */
  named(): Promise<ReadonlySet<string>>;
  close(): void;
}

export interface StreamAdminOptions {
  /** Redis of the streams. */
  redis: string;
  /** Starts the streams' names; default none. */
  prefix?: string;
  onError: (error: Error) => void;
}

const page = 500;

/** Looks after the plan's streams from outside the gateway; connects when first used. */
export const createStreamAdmin = ({ redis, prefix, onError }: StreamAdminOptions): StreamAdmin => {
  const names = streamNames(prefix);
  let opened: Streams | undefined;
  const connect = (): Streams => {
    opened ??= openStreams(redis, onError);
    return opened;
  };
  const pages = async function* (stream: string): AsyncGenerator<[entry: string, fields: string[]][]> {
    for (let from = '-'; ; ) {
      const entries = await connect().xrange(stream, from, '+', 'COUNT', page);
      yield entries;
      const last = entries.at(-1);
      if (last === undefined || entries.length < page) return;
      from = `(${last[0]}`;
    }
  };
  return {
    erase: async (tasks) => {
      if (tasks.length === 0) return;
      const ids = new Set<string>(tasks);
      await connect().del(...tasks.flatMap((id) => [names.result(id), names.sent(id)]));
      for (const stream of [names.results, names.dead, names.tasks]) {
        for await (const entries of pages(stream)) {
          const meant = entries.flatMap(([entry, fields]) => (ids.has(idOf(fields)) ? [entry] : []));
          if (meant.length > 0) await connect().xdel(stream, ...meant);
        }
      }
    },
    named: async () => {
      const ids = new Set<string>();
      // Entries that are taken are soon trimmed: what stands in the stream waits.
      for await (const entries of pages(names.tasks))
        for (const [, fields] of entries)
          for (const [id] of fields.join('\n').matchAll(uuid)) ids.add(id.toLowerCase());
      return ids;
    },
    close: () => opened?.disconnect(),
  };
};

const uuid = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi;

/** Results carry theirs as requests do. */
const idOf = (fields: string[]): string => taskIdOf(fields) ?? '';
