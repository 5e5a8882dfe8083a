import type { Update } from 'grammy/types';
import { type Change, createChange } from './change.js';

export type UpdateKind = Exclude<keyof Update, 'update_id'>;

/** Kinds a bot receives only if it names them in `allowed_updates`. */
const onlyWhenNamed: readonly UpdateKind[] = ['chat_member', 'message_reaction', 'message_reaction_count'];

/** The updates the bot has not confirmed yet. */
export interface UpdateQueue {
  readonly change: Change;
  /** Kinds named by the bot; undefined for Telegram's default. */
  allowed: readonly UpdateKind[] | undefined;
  /** Appends an update unless its kind is not allowed; returns it, or undefined if it was filtered. */
  push(update: Omit<Update, 'update_id'>): Update | undefined;
  /** Forgets every update below `offset` (or all but the last `-offset`). */
  confirm(offset: number): void;
  /** Removes one update, as a successful webhook delivery does. */
  remove(updateId: number): void;
  clear(): void;
  pending(): readonly Update[];
}

/** Creates an empty queue whose first update has the given id. */
export function createUpdateQueue(firstId = 100_000_001): UpdateQueue {
  let nextId = firstId;
  let waiting: Update[] = [];
  const queue: UpdateQueue = {
    change: createChange(),
    allowed: undefined,
    push(content) {
      const kind = Object.keys(content)[0] as UpdateKind;
      const wanted = queue.allowed?.length ? queue.allowed.includes(kind) : !onlyWhenNamed.includes(kind);
      if (!wanted) return undefined;
      const update = { update_id: nextId++, ...content };
      waiting.push(update);
      queue.change.notify();
      return update;
    },
    confirm(offset) {
      if (offset < 0) waiting = waiting.slice(offset);
      else if (offset > 0) waiting = waiting.filter((update) => update.update_id >= offset);
      queue.change.notify();
    },
    remove(updateId) {
      waiting = waiting.filter((update) => update.update_id !== updateId);
      queue.change.notify();
    },
    clear() {
      waiting = [];
      queue.change.notify();
    },
    pending: () => waiting,
  };
  return queue;
}
