import { type TaskId, taskIdSchema } from '@whisper-bot/task';
import { longestName } from '@whisper-bot/transcript';
import { Composer } from 'grammy';
import { text } from '../telegram/outbox/outbound-message.js';
import type { BotContext, BotDeps } from './context.js';
import { administers } from './right.js';

/** Which speaker of which task a prompt asked for, from the key of its message. */
const promptOf = (keys: readonly string[]): { taskId: TaskId; index: number } | null => {
  for (const key of keys) {
    const [kind, id, index] = key.split(':');
    const taskId = taskIdSchema.safeParse(id);
    if (kind === 'name' && taskId.success) return { taskId: taskId.data, index: Number(index) };
  }
  return null;
};

/** Takes the reply to "Reply to this message with the name of …". */
export const createRename = (
  deps: Pick<BotDeps, 'botId' | 'conversation' | 'outbox' | 'requests'>,
): Composer<BotContext> => {
  const { botId, outbox, requests, conversation } = deps;
  const composer = new Composer<BotContext>();
  composer.on('message:text', async (ctx, next) => {
    const prompt = ctx.message.reply_to_message;
    if (prompt?.from?.id !== botId) return next();
    const asked = promptOf(await outbox.find(ctx.chat.id, prompt.message_id));
    if (asked === null) return next();
    const request = await requests.get(asked.taskId);
    if (request === null || request.chatId !== ctx.chat.id) {
      return ctx.answer(text(ctx.words.html('toast-old')), { reply: true });
    }
    if (request.userId !== ctx.actorId && !(await administers(ctx))) return;
    const name = ctx.message.text.trim();
    if (name === '' || name.length > longestName || /[\r\n]/.test(name)) {
      return ctx.answer(text(ctx.words.html('rename-bad')), { reply: true });
    }
    const speaker = await conversation.rename(request, asked.index, name);
    const said = speaker === null ? ctx.words.html('toast-old') : ctx.words.html('rename-done', { speaker, name });
    await ctx.answer(text(said), { reply: true });
  });
  return composer;
};
