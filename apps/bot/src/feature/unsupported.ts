import { Composer } from 'grammy';
import { text } from '../telegram/outbox/outbound-message.js';
import type { BotContext, BotDeps } from './context.js';

/** Explains itself to whatever else is sent in private; once for an album, and not to service messages. */
export const createUnsupported = ({ outbox }: Pick<BotDeps, 'outbox'>): Composer<BotContext> => {
  const composer = new Composer<BotContext>();
  composer
    .chatType('private')
    .on(
      [
        'message:text',
        'message:media',
        'message:sticker',
        'message:contact',
        'message:location',
        'message:poll',
        'message:dice',
        'message:animation',
        'message:document',
        'message:photo',
      ],
      async (ctx) => {
        const content = text(ctx.words.html('refuse-unsupported'));
        const album = ctx.message.media_group_id;
        if (album === undefined) return ctx.answer(content, { reply: true });
        const replyTo = ctx.message.message_id;
        const key = `album:${ctx.chat.id}:${album}`;
        await outbox.post([{ key, chatId: ctx.chat.id, replyTo, priority: 'first', sequence: 0, content }]);
      },
    );
  return composer;
};
