import { z } from 'zod';
import type { ChatState, StoredMessage } from '../server/chat-state.js';
import { badRequest, forbidden, Refusal } from '../server/refusal.js';
import type { World } from '../server/world.js';
import { type Call, flag, integer, json, text } from './call.js';

/** The chat `chat_id` names, by number or @username. @throws Refusal "chat_id is empty" or "chat not found" */
export function findChat(call: Call): ChatState {
  const id = text(call, 'chat_id')?.trim();
  if (!id) throw badRequest('chat_id is empty');
  const state = chatById(call.world, id);
  if (!state?.open) throw badRequest('chat not found');
  if (state.migratedTo !== undefined) {
    throw new Refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
      parameters: { migrate_to_chat_id: state.migratedTo },
    });
  }
  return state;
}

/** The chat with this number or @username, if there is one. */
export function chatById(world: World, id: string): ChatState | undefined {
  if (!id.startsWith('@')) return world.chats.get(Number(id));
  const name = id.slice(1).toLowerCase();
  return [...world.chats.values()].find(
    ({ chat }) => chat.type !== 'private' && 'username' in chat && chat.username?.toLowerCase() === name,
  );
}

/** The chat, if the bot may write there. @throws Refusal 403 when it is blocked, has left or was thrown out */
export function findWritableChat(call: Call): ChatState {
  const state = findChat(call);
  const { type } = state.chat;
  if (state.blocked) throw forbidden('bot was blocked by the user');
  if (type === 'private') return state;
  const status = state.members.get(call.world.bot.id)?.status;
  if (status === 'kicked') throw forbidden(`bot was kicked from the ${type} chat`);
  if (status === undefined || status === 'left') throw forbidden(`bot is not a member of the ${type} chat`);
  if (type === 'channel' && status !== 'administrator') {
    throw badRequest('need administrator rights in the channel chat');
  }
  return state;
}

/** The bot's own message to change, or in a channel it administers anyone's post. @throws Refusal "message to edit not found", "message can't be edited" */
export function findOwnMessage(call: Call, state: ChatState): StoredMessage {
  const id = integer(call, 'message_id');
  if (id === undefined) throw badRequest('message identifier is not specified');
  const stored = state.messages.get(id);
  if (!stored || stored.deleted) throw badRequest('message to edit not found');
  const administrates = state.members.get(call.world.bot.id)?.status === 'administrator';
  if (!stored.byBot && !(state.chat.type === 'channel' && administrates)) throw badRequest("message can't be edited");
  return stored;
}

const replySchema = z.looseObject({
  message_id: z.coerce.number(),
  allow_sending_without_reply: z.boolean().optional(),
});

/** The message replied to. @throws Refusal "message to be replied not found" unless sending without a reply is allowed */
export function findReply(call: Call, state: ChatState): StoredMessage | undefined {
  const value = json(call, 'reply_parameters', 'reply parameters');
  const old = integer(call, 'reply_to_message_id');
  if (value === undefined && old === undefined) return undefined;
  const parsed = replySchema.safeParse(value ?? { message_id: old });
  if (!parsed.success) throw badRequest("can't parse reply parameters: message_id is expected");
  const stored = state.messages.get(parsed.data.message_id);
  if (stored && !stored.deleted) return stored;
  if (parsed.data.allow_sending_without_reply || flag(call, 'allow_sending_without_reply')) return undefined;
  throw badRequest('message to be replied not found');
}

/**
 * The topic to write to: the one named, else that of the message replied to.
 * The general topic has number 1 in clients, but Telegram finds no thread 1: messages there carry no number at all.
 * @throws Refusal "message thread not found", TOPIC_CLOSED
 */
export function findThread(call: Call, state: ChatState, reply: StoredMessage | undefined): number | undefined {
  const named = integer(call, 'message_thread_id');
  const replied = reply?.message.is_topic_message ? reply.message.message_thread_id : undefined;
  const id = named ?? replied;
  if (id === undefined || id === 0) return undefined;
  const topic = state.topics.get(id);
  if (!topic) throw badRequest('message thread not found');
  if (topic.closed) throw badRequest('TOPIC_CLOSED');
  return id;
}
