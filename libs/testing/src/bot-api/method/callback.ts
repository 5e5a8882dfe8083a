import { size } from '../limit/size.js';
import { present } from '../server/present.js';
import { badRequest } from '../server/refusal.js';
import { flag, type Handler, text } from './call.js';

/** Answers a pressed button, once and in time. */
export const answerCallbackQuery: Handler<'answerCallbackQuery'> = (call) => {
  const { world } = call;
  const callback = world.callbacks.get(text(call, 'callback_query_id') ?? '');
  const old = !callback || callback.answer || world.clock.now() - callback.at > world.callbackLifetimeMs;
  if (old) {
    throw badRequest('query is too old and response timeout expired or query ID is invalid', 'old-callback');
  }
  const content = text(call, 'text');
  if (content && content.length > size.callbackAnswer) throw badRequest('MESSAGE_TOO_LONG', 'message-length');
  callback.answer = present({ text: content, alert: flag(call, 'show_alert'), url: text(call, 'url') });
  callback.chat.change.notify();
  return true;
};
