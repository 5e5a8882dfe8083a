import type { Message } from 'grammy/types';
import { checkMarkup } from '../limit/markup.js';
import { size } from '../limit/size.js';
import { type ChatState, storeMessage } from '../server/chat-state.js';
import { present } from '../server/present.js';
import { badRequest } from '../server/refusal.js';
import { unixTime } from '../server/world.js';
import { format } from '../text/format.js';
import type { Formatted } from '../text/formatted.js';
import { type Call, entityParameter, type Handler, json, text } from './call.js';
import { findReply, findThread, findWritableChat } from './target.js';

/** Sends a text. */
export const sendMessage: Handler<'sendMessage'> = (call) => {
  const state = findWritableChat(call);
  const { text: content, entities } = readText(call);
  return post(call, state, present({ text: content, entities: entities.length > 0 ? entities : undefined }));
};

/** Reads `text` with its markup. @throws Refusal "message text is empty", "message is too long", "can't parse entities: …" */
export function readText(call: Call): Formatted {
  const source = text(call, 'text') ?? '';
  if (source.trim() === '') throw badRequest('message text is empty');
  const formatted = format({
    text: source,
    parseMode: text(call, 'parse_mode'),
    entities: entityParameter(call, 'entities'),
  });
  if (formatted.text === '') throw badRequest('text must be non-empty');
  if (formatted.text.length > size.text) throw badRequest('message is too long', 'message-length');
  return formatted;
}

/** Reads `caption` with its markup. @throws Refusal "message caption is too long" */
export function readCaption(call: Call): Pick<Message, 'caption' | 'caption_entities'> {
  const source = text(call, 'caption') ?? '';
  const formatted = format({
    text: source,
    parseMode: text(call, 'parse_mode'),
    entities: entityParameter(call, 'caption_entities'),
  });
  if (formatted.text.length > size.caption) throw badRequest('message caption is too long', 'caption-length');
  if (formatted.text === '') return {};
  return present({
    caption: formatted.text,
    caption_entities: formatted.entities.length > 0 ? formatted.entities : undefined,
  });
}

/** Puts a message of the bot's with this content into the chat, with the reply, topic and keyboard the call names. */
export function post<C extends Partial<Message>>(call: Call, state: ChatState, content: C): Message & C {
  const { world } = call;
  const reply = findReply(call, state);
  const thread = findThread(call, state, reply);
  const markup = checkMarkup(json(call, 'reply_markup', 'reply keyboard markup'));
  const { reply_to_message: _nested, ...replied } = reply?.message ?? {};
  const message = {
    message_id: state.nextMessageId++,
    ...(state.chat.type === 'channel' ? { sender_chat: state.chat } : { from: botAsUser(call) }),
    chat: state.chat,
    date: unixTime(world),
    ...(thread !== undefined && { message_thread_id: thread, is_topic_message: true }),
    ...(reply && { reply_to_message: replied as NonNullable<Message['reply_to_message']> }),
    ...content,
    ...(markup && { reply_markup: markup }),
  } as unknown as Message & C;
  storeMessage(state, message, { bot: true, at: world.clock.now() });
  return message;
}

function botAsUser({ world: { bot } }: Call) {
  return { id: bot.id, is_bot: true, first_name: bot.first_name, username: bot.username };
}
