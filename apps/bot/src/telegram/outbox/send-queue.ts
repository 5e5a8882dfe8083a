import type { PendingMessage } from '@whisper-bot/store/telegram';
import type { Budget } from './budget.js';
import { priorities } from './outbound-message.js';

/** Messages that wait to be sent, by priority and chat. */
export interface SendQueue {
  /** The same key twice is one, with the better priority. */
  add(item: PendingMessage): void;
  /** The next to send, or when to ask again (monotonic milliseconds; Infinity: not before something changes). */
  take(now: number): { item: PendingMessage } | { wakeAt: number };
  /** Nothing of this chat is taken until it is released: one message at a time keeps their order. */
  hold(chatId: number): void;
  release(chatId: number): void;
  /** Forgets a chat. */
  drop(chatId: number): void;
  move(from: number, to: number): void;
  readonly size: number;
}

const before = (one: PendingMessage, other: PendingMessage): boolean =>
  one.priority === other.priority ? one.order < other.order : one.priority < other.priority;

/** Creates an empty queue: higher priority first, then older, within each chat's send budget. */
export const createSendQueue = (budget: Budget): SendQueue => {
  const chats = new Map<number, Map<string, PendingMessage>>();
  const held = new Set<number>();
  let size = 0;

  const add = (item: PendingMessage): void => {
    const chat = chats.get(item.chatId) ?? new Map<string, PendingMessage>();
    chats.set(item.chatId, chat);
    const known = chat.get(item.key);
    if (known === undefined) size += 1;
    chat.set(item.key, known === undefined || before(item, known) ? item : { ...known, priority: item.priority });
  };

  const bestOf = (chat: Map<string, PendingMessage>): PendingMessage | null => {
    let best: PendingMessage | null = null;
    for (const item of chat.values()) if (best === null || before(item, best)) best = item;
    return best;
  };

  return {
    add,
    take: (now) => {
      const overall = budget.overallAt();
      if (overall > now) return { wakeAt: size === 0 ? Number.POSITIVE_INFINITY : overall };
      let wakeAt = Number.POSITIVE_INFINITY;
      let best: PendingMessage | null = null;
      for (const [chatId, chat] of chats) {
        if (held.has(chatId)) continue;
        const item = bestOf(chat);
        if (item === null) continue;
        const at = item.priority === priorities.progress ? budget.idleAt(chatId) : budget.readyAt(chatId);
        if (at > now) wakeAt = Math.min(wakeAt, at);
        else if (best === null || before(item, best)) best = item;
      }
      if (best === null) return { wakeAt };
      const chat = chats.get(best.chatId);
      chat?.delete(best.key);
      size -= 1;
      if (chat?.size === 0) chats.delete(best.chatId);
      return { item: best };
    },
    hold: (chatId) => held.add(chatId),
    release: (chatId) => held.delete(chatId),
    drop: (chatId) => {
      size -= chats.get(chatId)?.size ?? 0;
      chats.delete(chatId);
    },
    move: (from, to) => {
      const items = [...(chats.get(from)?.values() ?? [])];
      size -= items.length;
      chats.delete(from);
      for (const item of items) add({ ...item, chatId: to });
    },
    get size() {
      return size;
    },
  };
};
