import { Composer } from 'grammy';
import type { CallbackData, screens } from '../callback/callback-data.js';
import { chooseLocale, inLocale, type PlainKey } from '../locale/locale.js';
import { type MenuFacts, settingsMenu } from '../render/menu.js';
import { choose } from '../render/preference.js';
import { text } from '../telegram/outbox/outbound-message.js';
import type { BotContext, BotDeps } from './context.js';
import { administers } from './right.js';

type Screen = (typeof screens)[number];

/** What only administrators may change, locked or not. */
const adminsOnly: ReadonlySet<string> = new Set(['mode', 'locked', 'quiet', 'channel', 'interface']);

/** /settings, /language, /model, and the presses of that menu. */
export const createSettings = (deps: Pick<BotDeps, 'options' | 'preferences'>) => {
  const { options, preferences } = deps;

  const factsOf = async (ctx: BotContext): Promise<MenuFacts> => ({
    place: ctx.place,
    preference: ctx.preference,
    models: await options.models(),
    defaultModel: options.defaultModel,
  });
  const show = (screen: Screen) => async (ctx: BotContext) => {
    const menu = settingsMenu(await factsOf(ctx), screen, 0, ctx.words);
    await ctx.answer(text(menu.text, menu.keyboard));
  };
  const turn = async (ctx: BotContext, screen: Screen, page: number) => {
    const menu = settingsMenu(await factsOf(ctx), screen, page, ctx.words);
    await ctx.amend(text(menu.text, menu.keyboard));
  };

  const composer = new Composer<BotContext>();
  composer.command('settings', show('main'));
  composer.command('language', show('language'));
  composer.command('model', show('model'));

  /** Null where the person may change this setting, else why not. */
  const obstacle = async (ctx: BotContext, field: string): Promise<PlainKey | null> => {
    if (ctx.place === 'private') return null;
    if (ctx.place === 'group' && !adminsOnly.has(field) && !ctx.preference.locked) return null;
    if (await administers(ctx)) return null;
    return ctx.preference.locked && !adminsOnly.has(field) ? 'toast-locked' : 'toast-admins-only';
  };

  const set = async (ctx: BotContext, { fields: [field, value] }: Extract<CallbackData, { kind: 'set' }>) => {
    const obstructed = await obstacle(ctx, field);
    if (obstructed !== null) return ctx.toast(obstructed, true);
    const chosen = choose(ctx.preference, field, value);
    const known = field !== 'model' || value === 'auto' || (await options.models()).includes(value);
    if (chosen === null || !known || ctx.chat === undefined) return ctx.toast('toast-forged', true);
    await preferences.set(ctx.chat.id, chosen);
    ctx.preference = chosen;
    ctx.words = inLocale(chooseLocale(chosen.interface, ctx.from?.language_code));
    await turn(ctx, 'main', 0);
    await ctx.toast('toast-saved');
  };

  return {
    composer,
    set,
    menu: async (ctx: BotContext, { fields: [screen, page] }: Extract<CallbackData, { kind: 'menu' }>) => {
      await turn(ctx, screen, page);
      await ctx.toast();
    },
    close: async (ctx: BotContext) => {
      if (ctx.place !== 'private' && !(await administers(ctx))) return ctx.toast('toast-admins-only', true);
      await ctx.amend({ kind: 'delete' });
      await ctx.toast();
    },
  };
};
