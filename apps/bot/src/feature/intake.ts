import { languageHintsOf } from '@whisper-bot/task';
import { Composer } from 'grammy';
import { statusMessage } from '../conversation/status-message.js';
import { findMedia, findRepliedMedia, type Media } from '../intake/media.js';
import { limitsFor, refusal } from '../limit/policy.js';
import { type Request, taskIdOf } from '../persistence/request.js';
import { renderRefusal } from '../render/refusal.js';
import { text } from '../telegram/outbox/outbound-message.js';
import type { BotContext, BotDeps } from './context.js';

/** Takes recordings: sent, forwarded, in albums, or answered with /transcribe. */
export const createIntake = (
  deps: Pick<BotDeps, 'botId' | 'conversation' | 'limits' | 'options' | 'outbox' | 'requests' | 'spokenBy' | 'usage'>,
) => {
  const { botId, options, requests, usage, spokenBy, limits, outbox, conversation } = deps;

  const requestOf = async (ctx: BotContext, media: Media): Promise<Request | null> => {
    const message = ctx.msg;
    if (!message) return null;
    const { preference } = ctx;
    return {
      ...media,
      taskId: taskIdOf(botId, message.chat.id, message.message_id),
      chatId: message.chat.id,
      threadId: message.is_topic_message ? (message.message_thread_id ?? null) : null,
      messageId: message.message_id,
      userId: ctx.actorId,
      place: ctx.place,
      options: {
        language: preference.language,
        model: preference.model ?? options.defaultModel,
        diarize: preference.diarize,
        speakers: { kind: 'auto' },
        translate: preference.translate,
        prompt: '',
        // The language of a person's Telegram, what the operator knows to be spoken here, and what the person spoke before: last, so that a
        // file that was sent before has the same options as long as nothing new is spoken.
        languageHints: languageHintsOf([
          ctx.from?.language_code,
          preference.interface,
          ...(options.usualLanguages ?? []),
          ...(await spokenBy(ctx.actorId)),
        ]),
      },
      locale: ctx.words.locale,
      format: preference.format,
      times: preference.times,
      quiet: ctx.place !== 'private' && preference.quiet,
      edit: ctx.place === 'channel' && preference.channel === 'edit' && media.kind !== 'video-note',
      state: 'fetching',
      round: 1,
      revision: 0,
      parts: 0,
      lastPress: 0,
    };
  };

  /** Refuses, answers from what is stored, or begins; everything in it may happen twice without being seen twice. */
  const take = async (ctx: BotContext, media: Media): Promise<void> => {
    const request = await requestOf(ctx, media);
    if (request === null) return;
    const known = await requests.get(request.taskId);
    if (known === null) {
      const used = await usage.of(request.userId);
      const open = (await requests.openOf({ userId: request.userId })).length;
      const rules = { ...limitsFor(request.userId, await limits.get()), largest: options.largest };
      const refused = refusal(media, { secondsToday: used.secondsToday, open }, rules);
      if (refused) return ctx.answer(text(renderRefusal(refused, ctx.words)), { name: 'refused', reply: true });
      await requests.open(request);
    }
    const current = known ?? request;
    if (current.state !== 'fetching') return;
    if (!current.edit) await outbox.post([statusMessage(current, { kind: 'accepted' })]);
    await usage.charge({ taskId: current.taskId, userId: current.userId, seconds: current.duration ?? 0 });
    conversation.begin(current);
  };

  const composer = new Composer<BotContext>();
  composer.command('transcribe', async (ctx) => {
    const media = ctx.msg && findRepliedMedia(ctx.msg);
    if (!media) return ctx.answer(text(ctx.words.html('refuse-transcribe-nothing')), { reply: true });
    await take(ctx, media);
  });
  composer.on('message', async (ctx, next) => {
    const media = findMedia(ctx.message, { guess: ctx.place === 'private' });
    if (media && (ctx.place === 'private' || ctx.preference.mode === 'all')) return take(ctx, media);
    if (ctx.place !== 'private') return;
    await next();
  });
  composer.on('channel_post', async (ctx) => {
    const media = findMedia(ctx.channelPost, { guess: false });
    if (media && ctx.preference.channel !== 'off') await take(ctx, media);
  });
  return { composer, take };
};
