import type { InlineKeyboardMarkup, Message } from 'grammy/types';
import { checkMarkup } from '../limit/markup.js';
import { reviseMessage } from '../server/chat-state.js';
import { present } from '../server/present.js';
import { badRequest } from '../server/refusal.js';
import { unixTime } from '../server/world.js';
import { type Call, type Handler, json } from './call.js';
import { readCaption, readText } from './send.js';
import { findOwnMessage, findWritableChat } from './target.js';

const unchanged =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message';

/** Replaces a text; without `reply_markup` the keyboard goes, as with Telegram. */
export const editMessageText: Handler<'editMessageText'> = (call) => {
  const state = findWritableChat(call);
  const stored = findOwnMessage(call, state);
  if (stored.message.text === undefined) throw badRequest('there is no text in the message to edit');
  const { text, entities } = readText(call);
  return change(
    call,
    present({ text, entities: entities.length > 0 ? entities : undefined, reply_markup: readMarkup(call) }),
  );
};

/** Replaces the caption of a document or other media. */
export const editMessageCaption: Handler<'editMessageCaption'> = (call) => {
  const stored = findOwnMessage(call, findWritableChat(call));
  if (stored.message.text !== undefined) throw badRequest('there is no caption in the message to edit');
  return change(call, present({ ...readCaption(call), reply_markup: readMarkup(call) }));
};

/** Replaces the buttons only. */
export const editMessageReplyMarkup: Handler<'editMessageReplyMarkup'> = (call) => {
  const { message } = findOwnMessage(call, findWritableChat(call));
  const { text, entities, caption, caption_entities } = message;
  return change(call, present({ text, entities, caption, caption_entities, reply_markup: readMarkup(call) }));
};

function readMarkup(call: Call): InlineKeyboardMarkup | undefined {
  return checkMarkup(json(call, 'reply_markup', 'reply keyboard markup'));
}

type Content = Pick<Message, 'text' | 'entities' | 'caption' | 'caption_entities' | 'reply_markup'>;

/** `C` is the content's exact type, so that a text that was given is a text in the result. */
function change<C extends Content>(call: Call, content: C): Message & C & { edit_date: number } {
  const state = findWritableChat(call);
  const stored = findOwnMessage(call, state);
  const { text, entities, caption, caption_entities, reply_markup, ...rest } = stored.message;
  const before = present({ text, entities, caption, caption_entities, reply_markup });
  if (canonical(before) === canonical(content)) throw badRequest(unchanged, 'unchanged-edit');
  const message = { ...rest, ...content, edit_date: unixTime(call.world) } as Message & C & { edit_date: number };
  reviseMessage(state, stored, { message, at: call.world.clock.now() });
  return message;
}

/** A text that is equal for equal content, whatever the order of the fields. */
function canonical(content: Content): string {
  return JSON.stringify(content, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
