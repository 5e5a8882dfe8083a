import { Composer } from 'grammy';
import type { Request } from '../persistence/request.js';
import { renderStatus, statusOf } from '../render/status.js';
import { text } from '../telegram/outbox/outbound-message.js';
import { cancelRequest } from './cancel.js';
import type { BotContext, BotDeps } from './context.js';

/** More than this would be a wall of lines. */
const mostLines = 20;

/** /status and /cancel: a person's recordings in work; in a group, those asked for in it by that person. */
export const createTaskList = (
  deps: Pick<BotDeps, 'conversation' | 'outbox' | 'pipeline' | 'requests'>,
): Composer<BotContext> => {
  const { requests, pipeline } = deps;

  const mine = async (ctx: BotContext): Promise<Request[]> => {
    const open = await requests.openOf({ userId: ctx.actorId });
    return ctx.place === 'private' ? open : open.filter((request) => request.chatId === ctx.chat?.id);
  };

  const composer = new Composer<BotContext>();
  composer.command('status', async (ctx) => {
    const open = await mine(ctx);
    if (open.length === 0) return ctx.answer(text(ctx.words.html('tasks-none')));
    const lines = await Promise.all(
      open.slice(0, mostLines).map(async (request, index) => {
        const progress = request.state === 'working' ? await pipeline.progress(request.taskId) : null;
        const view = progress === null ? null : statusOf(progress);
        const state = renderStatus(view ?? { kind: 'accepted' }, ctx.words).replace('\n', ' ');
        const title = request.title || ctx.words.text('tasks-untitled');
        return ctx.words.html('tasks-line', { place: index + 1, title, state: { html: state } });
      }),
    );
    await ctx.answer(text([ctx.words.html('tasks-title'), ...lines].join('\n')));
  });

  composer.command('cancel', async (ctx) => {
    const open = await mine(ctx);
    let count = 0;
    for (const request of open) if (await cancelRequest(deps, request, ctx.words)) count += 1;
    await ctx.answer(text(ctx.words.html(count === 0 ? 'cancel-none' : 'cancel-done', { count })));
  });
  return composer;
};
