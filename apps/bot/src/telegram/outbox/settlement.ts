import type { ClaimedMessage, OutboxRepository } from '@whisper-bot/store/telegram';
import type { BotLog } from '../log.js';
import { alternativeOf, isMessage, isOnlyEdit, isTransient, withoutPlaceholder } from './alternative.js';
import type { Budget } from './budget.js';
import { type Content, contentSchema, priorities } from './outbound-message.js';
import type { SendQueue } from './send-queue.js';
import { backOff, type Verdict } from './verdict.js';

/** Try the same again, send what is newer, or nothing is left. */
export type Outcome = 'again' | 'more' | 'ended';

/** What Telegram's answers say beside a message. */
export interface SenderEvents {
  /** The chat is closed to the bot for good. */
  onChatGone(chatId: number, cause: string): Promise<void>;
  onMoved(from: number, to: number): Promise<void>;
  /** The token is refused, or another process uses it. */
  onStop(cause: string): void;
}

export interface SettlementDeps extends SenderEvents {
  messages: OutboxRepository;
  sendQueue: SendQueue;
  budget: Budget;
  log: BotLog;
  /** Attempts a message gets while others get through; an outage of the whole network does not count. */
  mostAttempts: number;
}

/** Decides what becomes of a message after an attempt to send it. */
export interface Settlement {
  /** The message got through: failures of others count again. */
  succeeded(key: string): void;
  /** Applies Telegram's verdict on a failed attempt. */
  settle(message: ClaimedMessage, verdict: Verdict): Promise<Outcome>;
  /** Gives the message up. */
  drop(message: ClaimedMessage, cause: string): Promise<'ended'>;
}

export const createSettlement = (deps: SettlementDeps): Settlement => {
  const { messages, sendQueue, budget, log } = deps;
  let successes = 0;
  /** By key: failed attempts, and the successes seen at the last one. */
  const failures = new Map<string, { count: number; successes: number }>();

  const settle = async (message: ClaimedMessage, verdict: Verdict): Promise<Outcome> => {
    const fields = { key: message.key, chat_id: message.chatId };
    const content = contentSchema.parse(message.content);
    switch (verdict.kind) {
      case 'done':
        return (await messages.sent(message.key, message.version, null)) ? 'more' : 'ended';
      case 'gone':
        return verdict.remains ? refuse(message, content, 'the message cannot be edited') : missing(message, content);
      case 'reply-gone':
        if (message.replyTo === null) return refuse(message, content, 'the message to reply to is gone');
        await messages.detach(message.key, 'reply');
        return 'again';
      case 'topic-closed':
        log.warn({ ...fields, cause: verdict.cause }, 'topic closed');
        return leaveTopic(message, content, verdict.cause);
      case 'wait':
        log.warn({ ...fields, milliseconds: verdict.milliseconds }, 'rate limited by Telegram');
        budget.block(message.chatId, performance.now() + verdict.milliseconds + 250);
        return 'again';
      case 'again':
        return retry(message, content, verdict.cause);
      case 'moved':
        return moveChat(message, verdict.chatId);
      case 'chat-gone':
        return leaveChat(message, verdict.cause);
      case 'forbidden':
        // Neither as text nor as a file: the chat is closed to the bot.
        if (content.kind === 'text-file') return leaveChat(message, verdict.cause);
        return refuse(message, content, verdict.cause);
      case 'refused':
        return refuse(message, content, verdict.cause);
      case 'stop':
        deps.onStop(verdict.cause);
        return 'ended';
    }
  };

  /** The server or the network failed: an attempt counts only where other messages got through since the last one. */
  const retry = async (message: ClaimedMessage, content: Content, cause: string): Promise<Outcome> => {
    const before = failures.get(message.key) ?? { count: 0, successes };
    const count = before.count + (before.count === 0 || successes > before.successes ? 1 : 0);
    failures.set(message.key, { count, successes });
    log.warn({ key: message.key, chat_id: message.chatId, cause, count }, 'send failed');
    if (count >= deps.mostAttempts) {
      failures.delete(message.key);
      return message.messageId === null ? drop(message, cause) : refuse(message, content, cause);
    }
    budget.block(message.chatId, performance.now() + backOff(count));
    return 'again';
  };

  const moveChat = async (message: ClaimedMessage, to: number): Promise<'ended'> => {
    await messages.move(message.chatId, to);
    await deps.onMoved(message.chatId, to);
    sendQueue.move(message.chatId, to);
    sendQueue.add({ key: message.key, chatId: to, priority: message.priority, order: 0 });
    return 'ended';
  };

  const drop = async (message: ClaimedMessage, cause: string): Promise<'ended'> => {
    failures.delete(message.key);
    await messages.fail(message.key, message.version, cause);
    return 'ended';
  };

  const leaveChat = async (message: ClaimedMessage, cause: string): Promise<'ended'> => {
    await messages.failChat(message.chatId, cause);
    sendQueue.drop(message.chatId);
    await deps.onChatGone(message.chatId, cause);
    return 'ended';
  };

  /** The message is gone: it is sent again where it was ours. */
  const missing = async (message: ClaimedMessage, content: Content): Promise<Outcome> => {
    if (isOnlyEdit(content)) return drop(message, 'the message is gone');
    if (content.kind === 'caption') return instead(message, { kind: 'text', html: content.html });
    // Buttons, deletions and foreign messages have nothing to be sent again for.
    if (message.amends || !isMessage(content)) return drop(message, 'the message is gone');
    // A user who deletes every placeholder gets the text at once.
    if (content.kind === 'text' && message.attempts >= 3) return instead(message, withoutPlaceholder(content));
    await messages.lost(message.key);
    return 'again';
  };

  /**
   * Telegram will never take this message as it is. What a person waits for is then said otherwise: in a message of its own
   * instead of an edit, a text as a file, a file as a sentence; for the rest it is recorded and no more.
   */
  const refuse = async (message: ClaimedMessage, content: Content, cause: string): Promise<Outcome> => {
    const next = alternativeOf(message, content);
    log.error({ key: message.key, chat_id: message.chatId, cause, next: next?.kind ?? null }, 'message refused');
    if (next === null) return drop(message, cause);
    await discard(message);
    return instead(message, next);
  };

  /** A closed topic takes nothing, edits included: what a person waits for is said in the chat's general topic. */
  const leaveTopic = async (message: ClaimedMessage, content: Content, cause: string): Promise<Outcome> => {
    const isPlaced = message.threadId !== null || message.replyTo !== null;
    if (message.amends || !isMessage(content) || isTransient(content)) return drop(message, cause);
    if (!isPlaced) return refuse(message, content, cause);
    await discard(message);
    await messages.detach(message.key, 'topic');
    return 'again';
  };

  /** Takes an outdated message of ours away, as far as Telegram lets us. */
  const discard = async ({ chatId, messageId, amends }: ClaimedMessage): Promise<void> => {
    if (messageId === null || amends) return;
    const content: Content = { kind: 'delete' };
    const key = `discard:${chatId}:${messageId}`;
    for (const item of await messages.put([
      { key, chatId, messageId, priority: priorities.progress, sequence: 0, content },
    ]))
      sendQueue.add(item);
  };

  /** The same message shows other content, in a message of its own. */
  const instead = async (message: ClaimedMessage, content: Content): Promise<'again'> => {
    await messages.replace(message.key, message.version, content);
    return 'again';
  };

  return {
    settle,
    drop,
    succeeded: (key) => {
      successes += 1;
      failures.delete(key);
    },
  };
};
