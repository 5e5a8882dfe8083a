import { setTimeout as pause } from 'node:timers/promises';
import { reconnectPause } from '@whisper-bot/runtime';
import type { ClaimedMessage, OutboxRepository, PendingMessage } from '@whisper-bot/store/telegram';
import { ZodError } from 'zod';
import type { BotLog } from '../log.js';
import type { Budget } from './budget.js';
import { type OutboundMessage, type Outbox, priorities } from './outbound-message.js';
import { ContentGone, type Sent } from './send.js';
import { createSendQueue } from './send-queue.js';
import { createSettlement, type Outcome, type SenderEvents } from './settlement.js';
import { judge } from './verdict.js';

export interface SenderDeps {
  messages: OutboxRepository;
  send(message: ClaimedMessage): Promise<Sent>;
  budget: Budget;
  log: BotLog;
  /** Attempts a message gets while others get through; an outage of the whole network does not count. */
  mostAttempts: number;
}

export interface Sender extends Outbox {
  /** Takes up what was left unsent, and starts sending. */
  start(events: SenderEvents): Promise<void>;
  /** Sends what may be sent at once, for at most so many milliseconds; the rest stays stored. */
  close(grace: number): Promise<void>;
  /** Messages that wait or are on their way. */
  readonly size: number;
}

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
  const { messages, send, budget, log } = deps;
  const sendQueue = createSendQueue(budget);
  const flying = new Set<Promise<void>>();
  let running = false;
  let events: SenderEvents | undefined;
  let timer: NodeJS.Timeout | undefined;
  const settlement = createSettlement({
    ...deps,
    sendQueue,
    onChatGone: async (chatId, cause) => events?.onChatGone(chatId, cause),
    onMoved: async (from, to) => events?.onMoved(from, to),
    onStop: (cause) => {
      running = false;
      events?.onStop(cause);
    },
  });

  const deliver = async (item: PendingMessage, end: (made: boolean) => void): Promise<void> => {
    let made = false;
    let outcome: Outcome;
    try {
      const message = await messages.claim(item.key);
      if (message === null) return;
      made = true;
      outcome = await attempt(message);
    } finally {
      end(made);
    }
    if (outcome === 'again') sendQueue.add(item);
    // The message is there: what it shall show next is no longer the first sign of life.
    if (outcome === 'more') sendQueue.add({ ...item, priority: Math.max(item.priority, priorities.answer) });
  };

  const attempt = async (message: ClaimedMessage): Promise<Outcome> => {
    try {
      const sent = await send(message);
      settlement.succeeded(message.key);
      return await record(message, sent);
    } catch (error) {
      if (error instanceof RecordAway) throw error;
      // What an older or newer version stored cannot be shown: it would be refused by every attempt.
      if (error instanceof ZodError) return settlement.drop(message, 'the content is not understood');
      return error instanceof ContentGone
        ? settlement.drop(message, error.message)
        : settlement.settle(message, judge(error));
    }
  };

  /** What was sent is written down, whatever it takes: forgetting it would send it twice. */
  const record = async (message: ClaimedMessage, { messageId, complete }: Sent): Promise<Outcome> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const version = complete ? message.version : message.version - 1;
        return (await messages.sent(message.key, version, messageId)) ? 'more' : 'ended';
      } catch (error) {
        log.error({ key: message.key, err: error, attempt }, 'recording a sent message postponed');
        if (!running) throw new RecordAway('The bot stops while its record is away.', { cause: error });
        await pause(reconnectPause(attempt));
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
      const waiting = await messages.put(
        outbounds.map((outbound) => ({ ...outbound, priority: priorities[outbound.priority] })),
      );
      for (const item of waiting) sendQueue.add(item);
      pump();
    },
    find: messages.find,
    start: async (given) => {
      events = given;
      const [wall, monotonic] = [Date.now(), performance.now()];
      // A clock that was set back makes the past look like the future: it counts as just now.
      const calls = await messages.recent(wall - remembered);
      budget.recall(calls.map(({ chatId, at }) => ({ chatId, at: monotonic - Math.max(0, wall - at) })));
      for (const item of await messages.pending()) sendQueue.add(item);
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
