import { Composer } from 'grammy';
import { type CallbackData, decodeCallback } from '../callback/callback-data.js';
import type { BotContext } from './context.js';

/** What answers each button: one for each kind, or it does not compile. */
export type CallbackHandlers = {
  [K in CallbackData['kind']]: (ctx: BotContext, press: Extract<CallbackData, { kind: K }>) => Promise<void>;
};

/** Leads presses to their handlers. What is old or forged is explained; nothing is left turning. */
export const createCallbacks = (handlers: CallbackHandlers): Composer<BotContext> => {
  const composer = new Composer<BotContext>();
  composer.on('callback_query:data', async (ctx) => {
    const press = decodeCallback(ctx.callbackQuery.data);
    if (press === 'old' || press === 'forged') return ctx.toast(`toast-${press}`, true);
    // Kind and handler come from one entry of the table, which a union hides from the compiler.
    await (handlers[press.kind] as (ctx: BotContext, press: CallbackData) => Promise<void>)(ctx, press);
  });
  composer.on('callback_query', (ctx) => ctx.toast('toast-forged', true));
  return composer;
};
