import { Composer } from 'grammy';
import { spokenDuration, spokenSize } from '../render/duration.js';
import { text } from '../telegram/outbox/outbound-message.js';
import type { BotContext, BotDeps } from './context.js';

/** /start, /help, /privacy. */
export const createIntroduction = ({ options, limits }: Pick<BotDeps, 'limits' | 'options'>): Composer<BotContext> => {
  const composer = new Composer<BotContext>();
  composer.command('start', (ctx) => ctx.answer(text(ctx.words.html('start'))));
  composer.command('help', async (ctx) => {
    const { longestRecording } = await limits.get();
    const size = spokenSize(options.largest, ctx.words);
    const longest = longestRecording === null ? 'none' : spokenDuration(longestRecording, ctx.words);
    await ctx.answer(text(ctx.words.html('help', { size, longest })));
  });
  composer.command('privacy', (ctx) => {
    const keep = options.keep.audio > 0 ? spokenDuration(options.keep.audio, ctx.words) : 'none';
    const ttl = spokenDuration(options.keep.results, ctx.words);
    return ctx.answer(text(ctx.words.html('privacy', { keep, ttl })));
  });
  return composer;
};
