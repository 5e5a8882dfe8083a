import type { Chat, ChatMember, Message, MessageEntity, User } from 'grammy/types';
import { type Change, createChange } from './change.js';

/** One version of a message that was later edited. */
export interface Revision {
  /** Server time in milliseconds at which this version appeared. */
  readonly at: number;
  readonly text: string;
  readonly entities: readonly MessageEntity[];
  /** Texts of the buttons, row by row. */
  readonly buttons: readonly (readonly string[])[];
}

/** A message with its history. */
export interface StoredMessage {
  message: Message;
  /** All versions, the first as sent, the last as it is now. */
  readonly revisions: Revision[];
  deleted: boolean;
  readonly byBot: boolean;
  reactions: string[];
}

export interface Member {
  readonly user: User;
  status: ChatMember['status'];
}

interface Topic {
  readonly name: string;
  closed: boolean;
}

/** A chat as the server keeps it. */
export interface ChatState {
  readonly chat: Chat;
  readonly messages: Map<number, StoredMessage>;
  nextMessageId: number;
  readonly members: Map<number, Member>;
  readonly topics: Map<number, Topic>;
  /** Chat actions the bot showed ("typing"), oldest first. */
  readonly actions: string[];
  /** Private chats: whether the person has ever written, without which a bot may not. */
  open: boolean;
  blocked: boolean;
  /** The supergroup this group has become. */
  migratedTo?: number;
  readonly change: Change;
}

/** Creates a chat without messages. */
export function createChatState(chat: Chat): ChatState {
  return {
    chat,
    messages: new Map(),
    nextMessageId: 1,
    members: new Map(),
    topics: new Map(),
    actions: [],
    open: chat.type !== 'private',
    blocked: false,
    change: createChange(),
  };
}

/** Puts a message into its chat and notifies its watchers. */
export function storeMessage(state: ChatState, message: Message, by: { bot: boolean; at: number }): StoredMessage {
  const stored: StoredMessage = {
    message,
    revisions: [revisionOf(message, by.at)],
    deleted: false,
    byBot: by.bot,
    reactions: [],
  };
  state.messages.set(message.message_id, stored);
  state.change.notify();
  return stored;
}

/** Replaces what a message says and remembers what it said before. */
export function reviseMessage(state: ChatState, stored: StoredMessage, next: { message: Message; at: number }): void {
  stored.message = next.message;
  stored.revisions.push(revisionOf(next.message, next.at));
  state.change.notify();
}

function revisionOf(message: Message, at: number): Revision {
  return {
    at,
    text: message.text ?? message.caption ?? '',
    entities: message.entities ?? message.caption_entities ?? [],
    buttons: (message.reply_markup?.inline_keyboard ?? []).map((row) => row.map((button) => button.text)),
  };
}
