import { Composer } from 'grammy';
import type { Limits } from '../limit/policy.js';
import { spokenDuration } from '../render/duration.js';
import { text } from '../telegram/outbox/outbound-message.js';
import type { BotContext, BotDeps } from './context.js';

const without = (list: readonly number[], id: number) => list.filter((other) => other !== id);
const withId = (list: readonly number[], id: number) => [...without(list, id), id];

/** Each list command: what it does to the lists, and what it says. */
const listCommands: Record<string, { edit: (limits: Limits, id: number) => Limits; reply: ListReply }> = {
  block: { edit: (limits, id) => ({ ...limits, block: withId(limits.block, id) }), reply: 'admin-blocked' },
  unblock: { edit: (limits, id) => ({ ...limits, block: without(limits.block, id) }), reply: 'admin-unblocked' },
  allow: { edit: (limits, id) => ({ ...limits, allow: withId(limits.allow, id) }), reply: 'admin-allowed' },
  disallow: { edit: (limits, id) => ({ ...limits, allow: without(limits.allow, id) }), reply: 'admin-disallowed' },
};
type ListReply = 'admin-blocked' | 'admin-unblocked' | 'admin-allowed' | 'admin-disallowed';

/** The operators' commands, in private: /limits, /block, /unblock, /allow, /disallow with a user's or chat's number. */
export const createOperator = ({ options, limits }: Pick<BotDeps, 'limits' | 'options'>): Composer<BotContext> => {
  const composer = new Composer<BotContext>();
  const commands = composer.chatType('private').command([...Object.keys(listCommands), 'limits']);
  const ours = commands.filter((ctx) => options.operators.includes(ctx.actorId));

  ours.command(Object.keys(listCommands), async (ctx) => {
    const name = Object.keys(listCommands).find((command) => ctx.hasCommand(command)) ?? '';
    const command = listCommands[name];
    const id = Number(ctx.match.trim());
    if (!command || !Number.isSafeInteger(id) || id === 0) {
      return ctx.answer(text(ctx.words.html('admin-usage', { command: name })));
    }
    await limits.change((current) => command.edit(current, id), { by: ctx.actorId, id });
    await ctx.answer(text(ctx.words.html(command.reply, { id: String(id) })));
  });
  ours.command('limits', async (ctx) => {
    const current = await limits.get();
    const unlimited = ctx.words.text('value-unlimited');
    const list = (ids: readonly number[]) => (ids.length === 0 ? '–' : ids.slice(0, 50).join(', '));
    const html = ctx.words.html('admin-limits', {
      minutes: current.minutesPerDay === null ? unlimited : String(current.minutesPerDay),
      concurrent: current.concurrentTasks === null ? unlimited : String(current.concurrentTasks),
      longest: current.longestRecording === null ? unlimited : spokenDuration(current.longestRecording, ctx.words),
      allowed: list(current.allow),
      blocked: list(current.block),
    });
    await ctx.answer(text(html));
  });
  commands.use((ctx) => ctx.answer(text(ctx.words.html('admin-only'))));
  return composer;
};
