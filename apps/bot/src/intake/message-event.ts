import type { Chat, Message, Update, User } from 'grammy/types';
import { findMedia } from './media.js';

/** That something came in, never what it said: a row of ClickHouse's `messages`. */
export interface MessageEvent {
  /** Unix milliseconds. */
  at: number;
  channel: 'telegram';
  owner: string;
  chat: string;
  chatKind: 'private' | 'group' | 'channel';
  kind: 'voice' | 'audio' | 'video' | 'video_note' | 'document' | 'text' | 'command' | 'callback' | 'other';
  bytes: number;
  audioSeconds: number;
  /** Of the person's Telegram, ISO 639-1; empty where it is unknown. */
  language: string;
}

const chatKinds = { private: 'private', group: 'group', supergroup: 'group', channel: 'channel' } as const;

/** The analytics event of an update; null where no one wrote or pressed anything (memberships, edits). */
export const messageEvent = (update: Update, at: number): MessageEvent | null => {
  const message = update.message ?? update.channel_post;
  if (message !== undefined) return eventOf(message.chat, message.from, at, ofMessage(message));
  const press = update.callback_query;
  if (press?.message === undefined) return null;
  return eventOf(press.message.chat, press.from, at, { kind: 'callback', bytes: 0, audioSeconds: 0 });
};

const ofMessage = (message: Message): Pick<MessageEvent, 'kind' | 'bytes' | 'audioSeconds'> => {
  const media = findMedia(message, { guess: message.chat.type === 'private' });
  if (media !== null) {
    const kind = media.kind === 'video-note' ? 'video_note' : media.kind;
    return { kind, bytes: media.size ?? 0, audioSeconds: media.duration ?? 0 };
  }
  const kind = message.text === undefined ? 'other' : message.text.startsWith('/') ? 'command' : 'text';
  return { kind, bytes: 0, audioSeconds: 0 };
};

const eventOf = (
  chat: Chat,
  from: User | undefined,
  at: number,
  what: Pick<MessageEvent, 'kind' | 'bytes' | 'audioSeconds'>,
): MessageEvent => ({
  at,
  channel: 'telegram',
  owner: from === undefined ? `tg:${chat.id}` : `tg:${from.id}`,
  chat: String(chat.id),
  chatKind: chatKinds[chat.type],
  language: from?.language_code?.slice(0, 2) ?? '',
  ...what,
});
