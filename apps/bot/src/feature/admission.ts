import type { MiddlewareFn } from 'grammy';
import { exclusion } from '../limit/policy.js';
import { text } from '../telegram/outbox/outbound-message.js';
import type { BotContext, BotDeps } from './context.js';

/** Lets in whom the operator's lists let in. Others get a refusal in private; groups and channels stay silent but for commands. */
export const admission =
  ({ limits, options }: Pick<BotDeps, 'limits' | 'options'>): MiddlewareFn<BotContext> =>
  async (ctx, next) => {
    const chatId = ctx.chat?.id ?? ctx.actorId;
    const out = options.operators.includes(ctx.actorId)
      ? null
      : exclusion({ userId: ctx.actorId, chatId }, await limits.get());
    if (out === null) return next();
    if (ctx.callbackQuery) return ctx.toast('refuse-blocked', true);
    const asked = ctx.place === 'private' || ctx.hasCommand('transcribe');
    if (!asked || !ctx.message) return;
    const id = String(out === 'chat-not-allowed' ? chatId : ctx.actorId);
    await ctx.answer(text(ctx.words.html(`refuse-${out}`, { id })));
  };
