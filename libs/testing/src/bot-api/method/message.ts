import type { Message } from 'grammy/types';
import { storeMessage } from '../server/chat-state.js';
import { badRequest } from '../server/refusal.js';
import { unixTime } from '../server/world.js';
import { type Handler, integer, json, text } from './call.js';
import { findChat, findWritableChat } from './target.js';

const day = 86_400;

/** Deletes a message; a person's message in a group only as an administrator, nothing older than two days. */
export const deleteMessage: Handler<'deleteMessage'> = (call) => {
  const state = findChat(call);
  const stored = state.messages.get(integer(call, 'message_id') ?? Number.NaN);
  if (!stored || stored.deleted) throw badRequest('message to delete not found');
  const status = state.members.get(call.world.bot.id)?.status;
  const mayDelete = stored.byBot || state.chat.type === 'private' || status === 'administrator';
  const old = unixTime(call.world) - stored.message.date > 2 * day;
  if (!mayDelete || old) throw badRequest("message can't be deleted for everyone");
  stored.deleted = true;
  state.change.notify();
  return true;
};

/** Copies a message of another chat without its origin. */
export const forwardMessage: Handler<'forwardMessage'> = (call) => {
  const state = findWritableChat(call);
  const source = call.world.chats.get(integer(call, 'from_chat_id') ?? Number.NaN);
  const stored = source?.messages.get(integer(call, 'message_id') ?? Number.NaN);
  if (!stored || stored.deleted) throw badRequest('message to forward not found');
  const { reply_markup: _markup, reply_to_message: _reply, ...content } = stored.message;
  const sender = stored.message.from;
  const message = {
    ...content,
    message_id: state.nextMessageId++,
    from: { id: call.world.bot.id, is_bot: true, first_name: call.world.bot.first_name },
    chat: state.chat,
    date: unixTime(call.world),
    ...(sender && { forward_origin: { type: 'user', sender_user: sender, date: stored.message.date } }),
  } as Message & Message.CommonMessage;
  storeMessage(state, message, { bot: true, at: call.world.clock.now() });
  return message;
};

/** Sets the bot's reaction to a message. */
export const setMessageReaction: Handler<'setMessageReaction'> = (call) => {
  const state = findWritableChat(call);
  const stored = state.messages.get(integer(call, 'message_id') ?? Number.NaN);
  if (!stored || stored.deleted) throw badRequest('message to react not found');
  const list = json(call, 'reaction', 'reaction') ?? [];
  if (!Array.isArray(list)) throw badRequest("can't parse reaction types JSON object");
  if (list.length > 1) throw badRequest('REACTIONS_TOO_MANY');
  stored.reactions = list.map((reaction: { emoji?: string }) => reaction.emoji ?? '');
  state.change.notify();
  return true;
};

const actions = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
]);
const keptActions = 100;

/** Shows what the bot is doing. */
export const sendChatAction: Handler<'sendChatAction'> = (call) => {
  const state = findWritableChat(call);
  const action = text(call, 'action') ?? '';
  if (!actions.has(action)) throw badRequest('wrong parameter action in request');
  state.actions.push(action);
  if (state.actions.length > keptActions) state.actions.shift();
  state.change.notify();
  return true;
};
