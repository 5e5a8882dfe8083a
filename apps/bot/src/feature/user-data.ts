import { Composer } from 'grammy';
import { type CallbackData, encodeCallback } from '../callback/callback-data.js';
import { limitsFor } from '../limit/policy.js';
import type { PlainKey } from '../locale/locale.js';
import { spokenDuration } from '../render/duration.js';
import { text } from '../telegram/outbox/outbound-message.js';
import { cancelRequest } from './cancel.js';
import type { BotContext, BotDeps } from './context.js';

/** /stats and /delete_my_data: what is stored about a user, and its erasure. */
export const createUserData = (
  deps: Pick<BotDeps, 'conversation' | 'eraser' | 'limits' | 'outbox' | 'pipeline' | 'requests' | 'usage'>,
) => {
  const { usage, limits, requests, eraser } = deps;
  const composer = new Composer<BotContext>();

  composer.command('stats', async (ctx) => {
    const used = await usage.of(ctx.actorId);
    const { minutesPerDay } = limitsFor(ctx.actorId, await limits.get());
    const spoken = (seconds: number) => (seconds === 0 ? '0' : spokenDuration(seconds, ctx.words));
    const html = ctx.words.html('stats', {
      tasks: used.tasks,
      total: spoken(used.secondsTotal),
      today: spoken(used.secondsToday),
      limit: minutesPerDay === null ? 'none' : spokenDuration(minutesPerDay * 60, ctx.words),
    });
    await ctx.answer(text(html));
  });

  composer.command('delete_my_data', async (ctx) => {
    const button = (key: PlainKey, sure: 'yes' | 'no') => ({
      text: ctx.words.text(key),
      callback_data: encodeCallback({ kind: 'forget', fields: [sure] }),
    });
    const keyboard = [[button('button-forget', 'yes'), button('button-keep', 'no')]];
    // In a group the button could be pressed by anyone: it is asked where only the person can see it.
    if (ctx.place !== 'private') return;
    await ctx.answer(text(ctx.words.html('forget-ask'), keyboard));
  });

  const forget = async (ctx: BotContext, { fields: [sure] }: Extract<CallbackData, { kind: 'forget' }>) => {
    if (ctx.place !== 'private') return ctx.toast('toast-not-yours', true);
    if (sure === 'no') {
      await ctx.amend(text(ctx.words.html('forget-kept')));
      return ctx.toast();
    }
    for (const request of await requests.allOf(ctx.actorId)) await cancelRequest(deps, request, ctx.words);
    await usage.forget(ctx.actorId);
    await eraser.owner(`tg:${ctx.actorId}`);
    await ctx.amend(text(ctx.words.html('forget-done')));
    await ctx.toast('toast-deleted');
  };

  return { composer, forget };
};
