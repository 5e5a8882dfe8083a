import { TaskError, type TaskId, type TaskOptions } from '@whisper-bot/task';
import type { CallbackData } from '../callback/callback-data.js';
import { statusMessage } from '../conversation/status-message.js';
import type { Request } from '../persistence/request.js';
import { resultKeyboard } from '../render/keyboard.js';
import { renderStatus } from '../render/status.js';
import { taskKey, text } from '../telegram/outbox/outbound-message.js';
import { cancelRequest } from './cancel.js';
import type { BotContext, BotDeps } from './context.js';
import { destroyRequest } from './destroy.js';
import { administers } from './right.js';

type Of<K extends CallbackData['kind']> = Extract<CallbackData, { kind: K }>;

/** The buttons below a status, an error or a result. Each may be pressed late, twice, or by another user. */
export const createResultButtons = (
  deps: Pick<BotDeps, 'conversation' | 'eraser' | 'outbox' | 'pipeline' | 'requests'>,
) => {
  const { requests, pipeline, outbox, conversation } = deps;

  /** The request behind a button, where the presser may use it; else says why not and gives null. */
  const reach = async (ctx: BotContext, taskId: TaskId, need: 'anyone' | 'owner'): Promise<Request | null> => {
    const request = await requests.get(taskId);
    // A button of another chat can only come from a forged press; it learns no more than an old one.
    if (request === null || request.state === 'deleted' || request.chatId !== ctx.chat?.id) {
      await ctx.toast('toast-old', true);
      return null;
    }
    if (need === 'owner' && request.userId !== ctx.actorId && !(await administers(ctx))) {
      await ctx.toast('toast-not-yours', true);
      return null;
    }
    return request;
  };

  const cancel = async (ctx: BotContext, { fields: [taskId] }: Of<'cancel'>) => {
    const request = await reach(ctx, taskId, 'owner');
    if (!request) return;
    const messageId = ctx.callbackQuery?.message?.message_id;
    const keys = messageId === undefined ? [] : await outbox.find(request.chatId, messageId);
    if (!keys.includes(taskKey(taskId))) {
      // Sent twice because the first answer of Telegram was lost: this copy says so, the other one goes on.
      await ctx.amend(text(ctx.words.html('status-superseded')));
      return ctx.toast();
    }
    await ctx.toast((await cancelRequest(deps, request, ctx.words)) ? 'toast-cancelling' : 'toast-ended');
  };

  const retry = async (ctx: BotContext, { fields: [taskId] }: Of<'retry'>) => {
    const request = await reach(ctx, taskId, 'owner');
    if (!request) return;
    const again =
      request.lastPress === ctx.update.update_id
        ? request
        : await requests.change(
            taskId,
            { state: 'working', round: request.round + 1, lastPress: ctx.update.update_id },
            ['failed'],
          );
    if (again === null) return ctx.toast('toast-ended');
    await outbox.post([statusMessage(again, { kind: 'accepted' })]);
    // What failed before it became a task is fetched again.
    if (!(await pipeline.retry(taskId))) {
      const fetching = await requests.change(taskId, { state: 'fetching' }, ['working']);
      if (fetching) conversation.begin(fetching);
    }
    await ctx.toast('toast-retrying');
  };

  const revise = async (ctx: BotContext, taskId: TaskId, options: Partial<TaskOptions>) => {
    const before = await reach(ctx, taskId, 'owner');
    if (!before) return;
    const press = ctx.update.update_id;
    if (before.lastPress > press) return ctx.toast('toast-revising');
    // Written down before the pipeline is asked: its delivery may come at once and must find the new round.
    const patch = { round: before.round + 1, lastPress: press, options: { ...before.options, ...options } };
    const request =
      before.lastPress === press && before.state === 'working'
        ? before
        : await requests.change(taskId, { ...patch, state: 'working' }, ['done', 'failed']);
    if (request === null) return ctx.toast('toast-revising');
    await outbox.post([statusMessage(request, { kind: 'accepted' })]);
    try {
      await pipeline.revise(taskId, options);
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      const back = await requests.change(taskId, { state: 'done', options: before.options }, ['working']);
      if (back !== null && (await conversation.present(back)) === null) {
        await requests.change(taskId, { state: 'working' });
        await conversation.fail(back, error.code, error.params);
      }
      return ctx.toast(error.code === 'file-expired' ? 'toast-file-expired' : 'toast-failed', true);
    }
    await ctx.toast('toast-revising');
  };

  const file = async (ctx: BotContext, { fields: [taskId, format] }: Of<'file'>) => {
    const request = await reach(ctx, taskId, 'anyone');
    if (!request) return;
    const { chatId, revision, locale } = request;
    await outbox.post([
      {
        key: `u:${ctx.update.update_id}:file`,
        chatId,
        threadId: request.threadId ?? undefined,
        replyTo: ctx.callbackQuery?.message?.message_id,
        quiet: request.quiet,
        priority: 'answer',
        sequence: 0,
        content: { kind: 'file', taskId, revision, format, locale },
      },
    ]);
    await ctx.toast('toast-file');
  };

  const panel = async (ctx: BotContext, { fields: [taskId, name, page] }: Of<'panel'>) => {
    const request = await reach(ctx, taskId, name === 'main' ? 'anyone' : 'owner');
    if (!request) return;
    const facts = await conversation.facts(request);
    if (facts === null) return ctx.toast('toast-old', true);
    if (name === 'names' && facts.speakers.length === 0) return ctx.toast('toast-no-speakers', true);
    const keyboard = resultKeyboard(facts, { panel: name, page }, ctx.words);
    await ctx.amend({ kind: 'keyboard', keyboard });
    await ctx.toast();
  };

  const name = async (ctx: BotContext, { fields: [taskId, index] }: Of<'name'>) => {
    const request = await reach(ctx, taskId, 'owner');
    if (!request) return;
    const speaker = (await conversation.facts(request))?.speakers[index];
    if (speaker === undefined) return ctx.toast('toast-no-speakers', true);
    await outbox.post([
      {
        key: `name:${taskId}:${index}:${ctx.update.update_id}`,
        chatId: request.chatId,
        threadId: request.threadId ?? undefined,
        replyTo: ctx.callbackQuery?.message?.message_id,
        priority: 'first',
        sequence: 0,
        content: {
          kind: 'text',
          html: ctx.words.html('rename-prompt', { speaker }),
          forceReply: ctx.words.text('rename-placeholder'),
        },
      },
    ]);
    await ctx.toast();
  };

  const remove = async (ctx: BotContext, { fields: [taskId] }: Of<'delete'>) => {
    const request = await reach(ctx, taskId, 'owner');
    if (!request) return;
    await destroyRequest(deps, request, renderStatus({ kind: 'deleted' }, ctx.words));
    await ctx.toast('toast-deleted');
  };

  return {
    cancel,
    retry,
    file,
    panel,
    name,
    delete: remove,
    speakers: (ctx: BotContext, { fields: [taskId, count] }: Of<'speakers'>) =>
      revise(ctx, taskId, {
        diarize: true,
        speakers: count === 0 ? { kind: 'auto' } : { kind: 'exactly', count },
      }),
    spoken: (ctx: BotContext, { fields: [taskId, language] }: Of<'spoken'>) => revise(ctx, taskId, { language }),
    translation: (ctx: BotContext, { fields: [taskId, into] }: Of<'translation'>) =>
      revise(ctx, taskId, { translate: into === 'english' }),
  };
};
