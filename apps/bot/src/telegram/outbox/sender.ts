import { setTimeout as pause } from 'node:timers/promises';
import type { ClaimedPost, PendingPost, Posts } from '@whisper-bot/store/telegram';
import { ZodError } from 'zod';
import type { BotLog } from '../log.js';
import { alternativeOf, isMessage, isOnlyEdit, isTransient, withoutPlaceholder } from './alternative.js';
import type { Budget } from './budget.js';
import { type Content, contentSchema, type OutboundMessage, type Outbox, priorities } from './outbound-message.js';
import { ContentGone, type Sent } from './send.js';
import { createSendQueue } from './send-queue.js';
import { backOff, judge, type Verdict } from './verdict.js';

export interface SenderDeps {
  posts: Posts;
  send(post: ClaimedPost): Promise<Sent>;
  budget: Budget;
  log: BotLog;
  /** Attempts a message gets while others get through; an outage of the whole network does not count. */
  mostAttempts: number;
}

/** What Telegram's answers say beside a message. */
export interface SenderEvents {
  /** The chat is closed to the bot for good. */
  onChatGone(chatId: number, cause: string): Promise<void>;
  onMoved(from: number, to: number): Promise<void>;
  /** The token is refused, or another process uses it. */
  onStop(cause: string): void;
}

export interface Sender extends Outbox {
  /** Takes up what was left unsent, and starts sending. */
  start(events: SenderEvents): Promise<void>;
  /** Sends what may be sent at once, for at most so many milliseconds; the rest stays stored. */
  close(grace: number): Promise<void>;
  /** Messages that wait or are on their way. */
  readonly size: number;
}

/** Try the same again, send what is newer, or nothing is left. */
type Outcome = 'again' | 'more' | 'ended';

class RecordAway extends Error {
  override readonly name = 'RecordAway';
}

/** Milliseconds of past calls that matter after a restart: the windows of the budget are at most a minute. */
const remembered = 61_000;

/**
 * The one sender of a bot. It is woken by what is posted, never polls, and holds only the keys of what waits: what a
 * message shall show is read when it is sent, so that of several changes the newest goes out.
 */
export const createSender = (deps: SenderDeps): Sender => {
  const { posts, send, budget, log } = deps;
  const sendQueue = createSendQueue(budget);
  const flying = new Set<Promise<void>>();
  let running = false;
  let events: SenderEvents | undefined;
  let timer: NodeJS.Timeout | undefined;
  let successes = 0;
  /** Successes seen when a message last failed: an attempt counts only if others got through meanwhile. */
  const failures = new Map<string, { count: number; successes: number }>();

  const settle = async (post: ClaimedPost, verdict: Verdict): Promise<Outcome> => {
    const fields = { key: post.key, chat_id: post.chatId };
    const content = contentSchema.parse(post.content);
    switch (verdict.kind) {
      case 'done':
        return (await posts.sent(post.key, post.version, null)) ? 'more' : 'ended';
      case 'gone':
        return verdict.remains ? refuse(post, content, 'the message cannot be edited') : missing(post, content);
      case 'reply-gone':
        if (post.replyTo === null) return refuse(post, content, 'the message to reply to is gone');
        await posts.detach(post.key, 'reply');
        return 'again';
      case 'topic-closed':
        log.warn({ ...fields, cause: verdict.cause }, 'topic closed');
        return leaveTopic(post, content, verdict.cause);
      case 'wait':
        log.warn({ ...fields, milliseconds: verdict.milliseconds }, 'rate limited by Telegram');
        budget.block(post.chatId, performance.now() + verdict.milliseconds + 250);
        return 'again';
      case 'again': {
        const before = failures.get(post.key) ?? { count: 0, successes };
        const count = before.count + (before.count === 0 || successes > before.successes ? 1 : 0);
        failures.set(post.key, { count, successes });
        log.warn({ ...fields, cause: verdict.cause, count }, 'send failed');
        if (count >= deps.mostAttempts) {
          failures.delete(post.key);
          return post.messageId === null ? drop(post, verdict.cause) : refuse(post, content, verdict.cause);
        }
        budget.block(post.chatId, performance.now() + backOff(count));
        return 'again';
      }
      case 'moved':
        await posts.move(post.chatId, verdict.chatId);
        await events?.onMoved(post.chatId, verdict.chatId);
        sendQueue.move(post.chatId, verdict.chatId);
        sendQueue.add({ key: post.key, chatId: verdict.chatId, rank: post.rank, order: 0 });
        return 'ended';
      case 'chat-gone':
        return leaveChat(post, verdict.cause);
      case 'forbidden':
        // Neither as text nor as a file: the chat is closed to the bot.
        if (content.kind === 'text-file') return leaveChat(post, verdict.cause);
        return refuse(post, content, verdict.cause);
      case 'refused':
        return refuse(post, content, verdict.cause);
      case 'stop':
        running = false;
        events?.onStop(verdict.cause);
        return 'ended';
    }
  };

  const drop = async (post: ClaimedPost, cause: string): Promise<'ended'> => {
    failures.delete(post.key);
    await posts.fail(post.key, post.version, cause);
    return 'ended';
  };

  const leaveChat = async (post: ClaimedPost, cause: string): Promise<'ended'> => {
    await posts.failChat(post.chatId, cause);
    sendQueue.drop(post.chatId);
    await events?.onChatGone(post.chatId, cause);
    return 'ended';
  };

  /** The message is gone: it is sent again where it was ours. */
  const missing = async (post: ClaimedPost, content: Content): Promise<Outcome> => {
    if (isOnlyEdit(content)) return drop(post, 'the message is gone');
    if (content.kind === 'caption') return instead(post, { kind: 'text', html: content.html });
    // Buttons, deletions and foreign messages have nothing to be sent again for.
    if (post.amends || !isMessage(content)) return drop(post, 'the message is gone');
    // A user who deletes every placeholder gets the text at once.
    if (content.kind === 'text' && post.attempts >= 3) return instead(post, withoutPlaceholder(content));
    await posts.lost(post.key);
    return 'again';
  };

  /**
   * Telegram will never take this message as it is. What a person waits for is then said otherwise: in a message of its own
   * instead of an edit, a text as a file, a file as a sentence; for the rest it is recorded and no more.
   */
  const refuse = async (post: ClaimedPost, content: Content, cause: string): Promise<Outcome> => {
    const next = alternativeOf(post, content);
    log.error({ key: post.key, chat_id: post.chatId, cause, next: next?.kind ?? null }, 'message refused');
    if (next === null) return drop(post, cause);
    await discard(post);
    return instead(post, next);
  };

  /** A closed topic takes nothing, edits included: what a person waits for is said in the chat's general topic. */
  const leaveTopic = async (post: ClaimedPost, content: Content, cause: string): Promise<Outcome> => {
    const isPlaced = post.threadId !== null || post.replyTo !== null;
    if (post.amends || !isMessage(content) || isTransient(content)) return drop(post, cause);
    if (!isPlaced) return refuse(post, content, cause);
    await discard(post);
    await posts.detach(post.key, 'topic');
    return 'again';
  };

  /** Takes an outdated message of ours away, as far as Telegram lets us. */
  const discard = async ({ chatId, messageId, amends }: ClaimedPost): Promise<void> => {
    if (messageId === null || amends) return;
    const content: Content = { kind: 'delete' };
    const key = `discard:${chatId}:${messageId}`;
    for (const item of await posts.put([{ key, chatId, messageId, rank: priorities.progress, edition: 0, content }]))
      sendQueue.add(item);
  };

  /** The same post shows other content, in a message of its own. */
  const instead = async (post: ClaimedPost, content: Content): Promise<'again'> => {
    await posts.replace(post.key, post.version, content);
    return 'again';
  };

  const deliver = async (item: PendingPost, end: (made: boolean) => void): Promise<void> => {
    let made = false;
    let outcome: Outcome;
    try {
      const post = await posts.claim(item.key);
      if (post === null) return;
      made = true;
      outcome = await attempt(post);
    } finally {
      end(made);
    }
    if (outcome === 'again') sendQueue.add(item);
    // The message is there: what it shall show next is no longer the first sign of life.
    if (outcome === 'more') sendQueue.add({ ...item, rank: Math.max(item.rank, priorities.answer) });
  };

  const attempt = async (post: ClaimedPost): Promise<Outcome> => {
    try {
      const sent = await send(post);
      successes += 1;
      failures.delete(post.key);
      return await record(post, sent);
    } catch (error) {
      if (error instanceof RecordAway) throw error;
      // What an older or newer version stored cannot be shown: it would be refused by every attempt.
      if (error instanceof ZodError) return drop(post, 'the content is not understood');
      return error instanceof ContentGone ? drop(post, error.message) : settle(post, judge(error));
    }
  };

  /** What was sent is written down, whatever it takes: forgetting it would send it twice. */
  const record = async (post: ClaimedPost, { messageId, complete }: Sent): Promise<Outcome> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const version = complete ? post.version : post.version - 1;
        return (await posts.sent(post.key, version, messageId)) ? 'more' : 'ended';
      } catch (error) {
        log.error({ key: post.key, err: error, attempt }, 'recording a sent message postponed');
        if (!running) throw new RecordAway('The bot stops while its record is away.', { cause: error });
        await pause(Math.min(5000, backOff(attempt)));
      }
    }
  };

  const pump = (): void => {
    clearTimeout(timer);
    while (running) {
      const next = sendQueue.take(performance.now());
      if ('wakeAt' in next) {
        if (Number.isFinite(next.wakeAt)) timer = setTimeout(pump, Math.max(1, next.wakeAt - performance.now()));
        return;
      }
      sendQueue.hold(next.item.chatId);
      const flight = deliver(next.item, budget.start(next.item.chatId))
        .catch((error: unknown) => {
          // PostgreSQL is unavailable: the message is still stored, and is retried.
          log.error({ key: next.item.key, err: error }, 'outbox unavailable');
          budget.block(null, performance.now() + 1000);
          sendQueue.add(next.item);
        })
        .finally(() => {
          flying.delete(flight);
          sendQueue.release(next.item.chatId);
          pump();
        });
      flying.add(flight);
    }
  };

  return {
    post: async (outbounds: readonly OutboundMessage[]) => {
      const waiting = await posts.put(
        outbounds.map((outbound) => ({ ...outbound, rank: priorities[outbound.priority] })),
      );
      for (const item of waiting) sendQueue.add(item);
      pump();
    },
    find: posts.find,
    start: async (given) => {
      events = given;
      const [wall, monotonic] = [Date.now(), performance.now()];
      // A clock that was set back makes the past look like the future: it counts as just now.
      const calls = await posts.recent(wall - remembered);
      budget.recall(calls.map(({ chatId, at }) => ({ chatId, at: monotonic - Math.max(0, wall - at) })));
      for (const item of await posts.pending()) sendQueue.add(item);
      running = true;
      pump();
    },
    close: async (grace) => {
      const until = performance.now() + grace;
      // Only what needs no waiting: the rest is stored and goes out with the next start.
      while (running && flying.size > 0 && performance.now() < until) await Promise.race(flying);
      running = false;
      clearTimeout(timer);
      await Promise.all(flying);
    },
    get size() {
      return sendQueue.size + flying.size;
    },
  };
};
