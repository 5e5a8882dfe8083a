import { GrammyError, HttpError } from 'grammy';

/** What an answer of Telegram means for the message that was to be sent. */
export type Verdict =
  /** It is there already: done. */
  | { kind: 'done' }
  /** The message to edit is gone, or `remains` and can never be edited: send it again. */
  | { kind: 'gone'; remains: boolean }
  /** The message it replies to is gone. */
  | { kind: 'reply-gone' }
  /** The topic is closed or deleted: nothing is written there; the other topics of the chat are open. */
  | { kind: 'topic-closed'; cause: string }
  /** Too fast: not before so many milliseconds. */
  | { kind: 'wait'; milliseconds: number }
  /** The server or the network failed: again, a bounded number of times. The message may have been sent. */
  | { kind: 'again'; cause: string }
  /** The group has become a supergroup: from now on under this id. */
  | { kind: 'moved'; chatId: number }
  /** The chat is closed to us for good: blocked, deleted, thrown out. */
  | { kind: 'chat-gone'; cause: string }
  /** This message cannot be sent, however often. */
  | { kind: 'refused'; cause: string }
  /** The chat does not take this sort of message (text, or files); it may take the other. */
  | { kind: 'forbidden'; cause: string }
  /** Another process works with the same token, or the token is wrong: the bot must stop. */
  | { kind: 'stop'; cause: string };

// Telegram's descriptions are not a documented interface; these are matched without case and with room around them.
const unchanged = /message is not modified/i;
const gone = /message to (edit|delete) not found|message_id_invalid|message not found/i;
const uneditable =
  /message can't be edited|MESSAGE_EDIT_TIME_EXPIRED|MESSAGE_AUTHOR_REQUIRED|there is no (text|caption) in the message to edit/i;
const replyGone = /message to (be replied|reply)|replied message not found|REPLY_MESSAGE_ID_INVALID|REPLY_TO_INVALID/i;
const topicClosed = /TOPIC_CLOSED|TOPIC_DELETED|TOPIC_ID_INVALID|message thread not found|topic not found/i;
const slow = /(?:SLOWMODE|FLOOD(?:_PREMIUM)?)_WAIT_(\d+)/i;
const forbidden = /not enough rights to send|CHAT_SEND_\w+_FORBIDDEN/i;
const chatGone =
  /chat not found|bot was blocked|user is deactivated|INPUT_USER_DEACTIVATED|USER_IS_BLOCKED|bot was kicked|bot is not a member|have no rights to send|CHAT_WRITE_FORBIDDEN|group chat (was|is) (deleted|deactivated)|CHAT_RESTRICTED|PEER_ID_INVALID|CHANNEL_PRIVATE|CHANNEL_INVALID|CHAT_ID_INVALID|USER_BANNED_IN_CHANNEL|need administrator rights in the channel chat|CHAT_ADMIN_REQUIRED|PAYMENT_REQUIRED/i;

/** Reads an error thrown by a call of the Bot API. */
export const judge = (error: unknown): Verdict => {
  if (error instanceof GrammyError) {
    const { error_code: code, description, parameters } = error;
    if (code === 429) return { kind: 'wait', milliseconds: (parameters.retry_after ?? 1) * 1000 };
    if (code >= 500) return { kind: 'again', cause: description };
    if (parameters.migrate_to_chat_id !== undefined) return { kind: 'moved', chatId: parameters.migrate_to_chat_id };
    if (code === 401 || code === 404 || code === 409) return { kind: 'stop', cause: description };
    if (unchanged.test(description)) return { kind: 'done' };
    if (replyGone.test(description)) return { kind: 'reply-gone' };
    if (gone.test(description)) return { kind: 'gone', remains: false };
    if (uneditable.test(description)) return { kind: 'gone', remains: true };
    if (topicClosed.test(description)) return { kind: 'topic-closed', cause: description };
    const [, seconds] = slow.exec(description) ?? [];
    if (seconds !== undefined) return { kind: 'wait', milliseconds: Number(seconds) * 1000 };
    if (forbidden.test(description)) return { kind: 'forbidden', cause: description };
    if (code === 403 || chatGone.test(description)) return { kind: 'chat-gone', cause: description };
    return { kind: 'refused', cause: description };
  }
  if (error instanceof HttpError) return { kind: 'again', cause: causeOf(error.error) };
  return { kind: 'again', cause: causeOf(error) };
};

const causeOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Milliseconds before attempt `attempt` (from 1): 0.5 s doubled each time, at most 30 s, with jitter of a half. */
export const backOff = (attempt: number, random: () => number = Math.random): number => {
  const full = Math.min(30_000, 500 * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random();
};
