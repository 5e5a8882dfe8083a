import type { Message, Update, User } from 'grammy/types';
import { type ChatState, storeMessage } from '../server/chat-state.js';
import { unixTime, type World } from '../server/world.js';

/** Where and how a person's message goes. */
export interface Sending {
  /** Number of the message replied to. */
  replyTo?: number | undefined;
  /** Topic of a forum. */
  thread?: number | undefined;
  /** Shared by the parts of an album. */
  album?: string | undefined;
}

/** Puts a person's message into a chat and sends the bot an update, if the bot may see it. */
export function deliver(
  world: World,
  place: { chat: ChatState; from: User },
  { content, sending = {} }: { content: Partial<Message>; sending?: Sending },
): Message {
  const { chat: state, from } = place;
  const channel = state.chat.type === 'channel';
  if (state.chat.type === 'private') {
    state.open = true;
    state.blocked = false;
  } else if (!channel && !state.members.has(from.id)) {
    state.members.set(from.id, { user: from, status: 'member' });
  }
  const replied = sending.replyTo === undefined ? undefined : state.messages.get(sending.replyTo);
  if (sending.replyTo !== undefined && (!replied || replied.deleted)) {
    throw new Error(`There is no message ${sending.replyTo} to reply to in chat ${state.chat.id}`);
  }
  if (sending.thread !== undefined && !state.topics.has(sending.thread)) {
    throw new Error(`There is no topic ${sending.thread} in chat ${state.chat.id}`);
  }
  const thread = sending.thread ?? (replied?.message.is_topic_message ? replied.message.message_thread_id : undefined);
  const { reply_to_message: _nested, ...repliedMessage } = replied?.message ?? {};
  const message = {
    message_id: state.nextMessageId++,
    ...(channel ? { sender_chat: state.chat } : { from }),
    chat: state.chat,
    date: unixTime(world),
    ...(thread !== undefined && { message_thread_id: thread, is_topic_message: true }),
    ...(replied && { reply_to_message: repliedMessage }),
    ...(sending.album !== undefined && { media_group_id: sending.album }),
    ...content,
  } as Message;
  storeMessage(state, message, { bot: false, at: world.clock.now() });
  if (botSees(world, state, message)) {
    world.updates.push(
      channel ? ({ channel_post: message } as Omit<Update, 'update_id'>) : ({ message } as Omit<Update, 'update_id'>),
    );
  }
  return message;
}

/** What makes a message a notice of Telegram’s own, of those the stand-in sends. */
const serviceFields = ['new_chat_members', 'left_chat_member', 'migrate_to_chat_id', 'migrate_from_chat_id'] as const;

/**
 * Whether the bot gets this message. In a group with privacy mode on it gets commands, replies to itself and service
 * messages only, unless it is an administrator (https://core.telegram.org/bots/features#privacy-mode).
 */
export function botSees(world: World, state: ChatState, message: Message): boolean {
  if (state.chat.type === 'private') return !state.blocked;
  const status = state.members.get(world.bot.id)?.status;
  if (status === undefined || status === 'left' || status === 'kicked') return false;
  if (state.chat.type === 'channel') return status === 'administrator';
  if (status === 'administrator' || world.bot.can_read_all_group_messages) return true;
  const isService = serviceFields.some((field) => message[field] !== undefined);
  return isService || message.reply_to_message?.from?.id === world.bot.id || isCommandFor(world, message);
}

function isCommandFor(world: World, message: Message): boolean {
  const content = message.text ?? message.caption ?? '';
  return (message.entities ?? message.caption_entities ?? []).some((entity) => {
    if (entity.type !== 'bot_command') return content.includes(`@${world.bot.username}`);
    const [, addressee] = content.slice(entity.offset, entity.offset + entity.length).split('@');
    return addressee === undefined || addressee.toLowerCase() === world.bot.username.toLowerCase();
  });
}
