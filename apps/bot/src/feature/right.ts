import type { BotContext } from './context.js';

/** Whether the person acting administers this chat; in private everyone does. Asked of Telegram, never cached. */
export const administers = async (ctx: BotContext): Promise<boolean> => {
  if (ctx.place === 'private') return true;
  const senderChat = ctx.callbackQuery ? undefined : ctx.msg?.sender_chat;
  // An anonymous administrator writes as the group, a post in a channel is the channel's own.
  if (senderChat !== undefined && senderChat.id === ctx.chat?.id) return true;
  if (!ctx.from) return false;
  try {
    const member = await ctx.getChatMember(ctx.from.id);
    return member.status === 'creator' || member.status === 'administrator';
  } catch {
    // Not known to Telegram as a member, or not to be asked: no right that could be shown.
    return false;
  }
};
