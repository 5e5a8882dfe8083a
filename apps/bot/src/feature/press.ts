import { Composer } from 'grammy';
import { decodePress, type Press } from '../callback/press.js';
import type { BotContext } from './context.js';

/** What answers each button: one for each kind, or it does not compile. */
export type PressHandlers = {
  [K in Press['kind']]: (ctx: BotContext, press: Extract<Press, { kind: K }>) => Promise<void>;
};

/** Leads presses to their handlers. What is old or forged is explained; nothing is left turning. */
export const createPresses = (handlers: PressHandlers): Composer<BotContext> => {
  const composer = new Composer<BotContext>();
  composer.on('callback_query:data', async (ctx) => {
    const press = decodePress(ctx.callbackQuery.data);
    if (press === 'old' || press === 'forged') return ctx.toast(`toast-${press}`, true);
    // Kind and handler come from one entry of the table, which a union hides from the compiler.
    await (handlers[press.kind] as (ctx: BotContext, press: Press) => Promise<void>)(ctx, press);
  });
  composer.on('callback_query', (ctx) => ctx.toast('toast-forged', true));
  return composer;
};
