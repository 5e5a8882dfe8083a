/**
 * How much the bot lets itself send, below what Telegram allows
 * (core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this): about one message a second in a chat with
 * short bursts, 20 a minute in a group, 30 a second to all chats together. Edits are counted like messages.
 */
export interface BudgetOptions {
  /** Calls in any second, all chats together. */
  perSecond: number;
  /** Milliseconds between calls to one chat, on average. */
  chatInterval: number;
  /** Calls that may come at once to a chat that was quiet; the size of Telegram's own burst is not documented. */
  chatBurst: number;
  /** Calls in any minute to one group or channel. */
  groupPerMinute: number;
}

export const telegramBudget: BudgetOptions = { perSecond: 28, chatInterval: 1000, chatBurst: 2, groupPerMinute: 19 };

/** A call that was made, for taking up the count after a restart; may lie before zero, where the process did not run yet. */
export interface PastCall {
  chatId: number;
  /** Monotonic milliseconds, as of `performance.now()`. */
  at: number;
}

/** Counts calls; times are monotonic milliseconds: a clock that is set back must not silence the bot. */
export interface Budget {
  /** When the next call to this chat may start: not after `now` means at once, Infinity while one is on its way. */
  readyAt(chatId: number): number;
  /** When a call that can wait should start: it leaves the chat's burst to what matters more. */
  idleAt(chatId: number): number;
  /** When the next call to any chat may start. */
  overallAt(): number;
  /**
   * Starts a call; the returned function ends it and says whether it was made. Windows count from the end: the server
   * counts somewhere before it.
   */
  start(chatId: number): (made: boolean) => void;
  /** Nothing to this chat (or, with null, to any) before `until`. */
  block(chatId: number | null, until: number): void;
  /** Takes up what was sent before a restart: of each message the last call, be it its sending or an edit. */
  recall(calls: readonly PastCall[]): void;
}

interface ChatCount {
  /** When the chat's allowance is full again (generic cell rate algorithm: one number instead of a bucket). */
  full: number;
  busy: boolean;
  blocked: number;
  /** Ends of the last calls, groups only. */
  minute: number[];
}

const second = 1000;
const minute = 60_000;

/** Creates an empty count. */
export const createBudget = (options: BudgetOptions, now: () => number): Budget => {
  const chats = new Map<number, ChatCount>();
  let ends: number[] = [];
  let onTheWay = 0;
  let blocked = 0;

  const countOf = (chatId: number): ChatCount => {
    const known = chats.get(chatId);
    if (known) return known;
    const fresh = { full: Number.NEGATIVE_INFINITY, busy: false, blocked: 0, minute: [] };
    chats.set(chatId, fresh);
    // Chats without anything left to remember are forgotten, so that memory stays flat.
    if (chats.size % 1000 === 0) {
      for (const [id, count] of chats) {
        const last = count.minute.at(-1) ?? 0;
        if (id !== chatId && !count.busy && Math.max(count.full, count.blocked, last + minute) < now())
          chats.delete(id);
      }
    }
    return fresh;
  };

  const groupAt = (chatId: number, count: ChatCount): number => {
    if (chatId > 0) return 0;
    count.minute = count.minute.filter((end) => end > now() - minute);
    const first = count.minute[count.minute.length - options.groupPerMinute];
    return first === undefined ? 0 : first + minute;
  };

  const at = (chatId: number, burst: number): number => {
    const count = countOf(chatId);
    if (count.busy) return Number.POSITIVE_INFINITY;
    return Math.max(count.blocked, count.full - (burst - 1) * options.chatInterval, groupAt(chatId, count));
  };

  const record = (chatId: number, end: number): void => {
    const count = countOf(chatId);
    count.full = Math.max(count.full, end) + options.chatInterval;
    if (chatId < 0) count.minute.push(end);
    ends.push(end);
  };

  return {
    readyAt: (chatId) => at(chatId, options.chatBurst),
    idleAt: (chatId) => at(chatId, 1),
    overallAt: () => {
      ends = ends.filter((end) => end > now() - second);
      if (onTheWay >= options.perSecond) return Number.POSITIVE_INFINITY;
      const first = ends[ends.length + onTheWay - options.perSecond];
      return Math.max(blocked, first === undefined ? 0 : first + second);
    },
    start: (chatId) => {
      const count = countOf(chatId);
      count.busy = true;
      onTheWay += 1;
      return (made) => {
        count.busy = false;
        onTheWay -= 1;
        if (made) record(chatId, now());
      };
    },
    block: (chatId, until) => {
      if (chatId === null) blocked = Math.max(blocked, until);
      else {
        const count = countOf(chatId);
        count.blocked = Math.max(count.blocked, until);
      }
    },
    recall: (calls) => {
      for (const { chatId, at } of [...calls].sort((a, b) => a.at - b.at)) record(chatId, at);
      // Of a message that was edited only the last call is known: by then the chat may have had its whole burst, and no more.
      for (const { chatId, at } of calls) {
        const count = countOf(chatId);
        count.full = Math.max(count.full, at + options.chatBurst * options.chatInterval);
      }
    },
  };
};
