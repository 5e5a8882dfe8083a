import { Composer } from 'grammy';
import type { BotContext, BotDeps } from './context.js';
import { leaveChat } from './leave.js';

/** Notices that the bot was blocked or thrown out, and that a group moved. */
export const createMembership = (
  deps: Pick<BotDeps, 'conversation' | 'log' | 'moveChat' | 'pipeline' | 'requests'>,
): Composer<BotContext> => {
  const composer = new Composer<BotContext>();
  composer.on('my_chat_member', async (ctx) => {
    const { status } = ctx.myChatMember.new_chat_member;
    if (status === 'kicked' || status === 'left') await leaveChat(deps, ctx.chat.id, `the bot is ${status}`);
  });
  composer.on('message:migrate_to_chat_id', (ctx) => deps.moveChat(ctx.chat.id, ctx.message.migrate_to_chat_id));
  // Said in the new chat as well, whichever update comes first.
  composer.on('message:migrate_from_chat_id', (ctx) => deps.moveChat(ctx.message.migrate_from_chat_id, ctx.chat.id));
  return composer;
};
