import type { MiddlewareFn } from 'grammy';
import { chooseLocale, inLocale } from '../locale/locale.js';
import type { Place } from '../render/menu.js';
import type { BotContext, BotDeps } from './context.js';

const placeOf = (type: string): Place => (type === 'private' ? 'private' : type === 'channel' ? 'channel' : 'group');

/** Gives every context its words, its preferences and its ways to answer. Updates outside a chat end here. */
export const prepareContext =
  ({ preferences, outbox, log }: Pick<BotDeps, 'log' | 'outbox' | 'preferences'>): MiddlewareFn<BotContext> =>
  async (ctx, next) => {
    const { chat } = ctx;
    if (!chat) return;
    const message = ctx.callbackQuery ? undefined : ctx.msg;
    ctx.place = placeOf(chat.type);
    ctx.actorId = ctx.from?.id ?? chat.id;
    ctx.preference = await preferences.get(chat.id);
    ctx.words = inLocale(chooseLocale(ctx.preference.interface, ctx.from?.language_code));

    const updateId = ctx.update.update_id;
    const threadId = ctx.msg?.is_topic_message ? ctx.msg.message_thread_id : undefined;
    ctx.answer = (content, { name = 'answer', reply = ctx.place !== 'private' } = {}) =>
      outbox.post([
        {
          key: `u:${updateId}:${name}`,
          chatId: chat.id,
          threadId,
          replyTo: reply ? message?.message_id : undefined,
          quiet: ctx.place !== 'private' && ctx.preference.quiet,
          priority: 'first',
          sequence: 0,
          content,
        },
      ]);
    ctx.amend = (content) => {
      const messageId = ctx.callbackQuery?.message?.message_id;
      if (messageId === undefined) return Promise.resolve();
      const key = `m:${chat.id}:${messageId}`;
      return outbox.post([{ key, chatId: chat.id, messageId, priority: 'first', sequence: updateId, content }]);
    };
    ctx.toast = async (key, window = false) => {
      if (!ctx.callbackQuery) return;
      try {
        await ctx.answerCallbackQuery(key === undefined ? {} : { text: ctx.words.text(key), show_alert: window });
      } catch (error) {
        // Too late for Telegram, or the network: the press itself has been dealt with.
        log.warn({ err: error, update_id: updateId }, 'callback answer failed');
      }
    };
    await next();
  };
