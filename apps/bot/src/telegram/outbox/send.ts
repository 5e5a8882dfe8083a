import type { ClaimedMessage } from '@whisper-bot/store/telegram';
import { cutText, readTask, type TranscriptStore, taskFolder, taskIdSchema } from '@whisper-bot/task';
import { formats } from '@whisper-bot/transcript';
import { type Api, InputFile } from 'grammy';
import { inLocale } from '../../locale/locale.js';
import type { Keyboard } from '../../render/keyboard.js';
import { labelsOf } from '../../render/result.js';
import { type Content, contentSchema } from './outbound-message.js';

/** A file's content is gone: nothing can be sent any more. */
export class ContentGone extends Error {
  override readonly name = 'ContentGone';
}

const silentPreview = { parse_mode: 'HTML', link_preview_options: { is_disabled: true } } as const;
const markup = (keyboard: Keyboard) => ({ inline_keyboard: keyboard });

/** The buttons of a new message, or the field that asks for a reply. */
const replyMarkup = ({
  keyboard,
  forceReply,
}: {
  keyboard?: Keyboard | undefined;
  forceReply?: string | undefined;
}) => {
  if (forceReply !== undefined)
    return { reply_markup: { force_reply: true as const, selective: true, input_field_placeholder: forceReply } };
  return keyboard === undefined ? {} : { reply_markup: markup(keyboard) };
};

/** A file name from the title a user gave: no path, no control characters, not too long. */
export const fileName = (title: string, fallback: string, extension: string): string => {
  const stem = title
    .replace(/\.[a-z0-9]{1,5}$/i, '')
    .replaceAll(/[\s\p{C}/\\:*?"<>|]+/gu, ' ')
    .trim();
  const short = cutText(stem, 80).trim();
  return `${short === '' || short.startsWith('.') ? fallback : short}.${extension}`;
};

export interface Sent {
  /** Null where there was nothing to do. */
  messageId: number | null;
  /** False where only the placeholder was sent: the message needs another call. */
  complete: boolean;
}

export interface SendDeps {
  api: Api;
  tasksDir: string;
  transcripts: Pick<TranscriptStore, 'read'>;
}

/** Makes the call a message needs now. */
export const createSend = ({ api, tasksDir, transcripts }: SendDeps) => {
  const document = async (content: Extract<Content, { kind: 'file' }>): Promise<InputFile> => {
    const id = taskIdSchema.parse(content.taskId);
    const found = await transcripts.read(id);
    if (found === null) throw new ContentGone('The text is no longer kept.');
    const words = inLocale(content.locale);
    // Results taken over from another task had no request of their own once, and a folder may be gone.
    const title = await readTask(taskFolder(tasksDir, id), 1).then(
      (task) => task.title,
      () => '',
    );
    const format = formats[content.format === 'txt' ? 'text' : content.format];
    const body = await format.render(found.transcript, {
      labels: labelsOf(words),
      title: title === '' ? words.text('result-file-title') : title,
    });
    const name = fileName(title, words.text('result-file-title'), format.extension);
    return new InputFile(typeof body === 'string' ? Buffer.from(body, 'utf8') : body, name);
  };

  const call = async (message: ClaimedMessage, content: Content): Promise<number | null> => {
    const { chatId, messageId } = message;
    const place = {
      ...(message.threadId === null ? {} : { message_thread_id: message.threadId }),
      ...(message.replyTo === null
        ? {}
        : { reply_parameters: { message_id: message.replyTo, allow_sending_without_reply: true } }),
      ...(message.quiet ? { disable_notification: true } : {}),
    };
    switch (content.kind) {
      case 'text': {
        if (messageId === null)
          return (await api.sendMessage(chatId, content.html, { ...silentPreview, ...place, ...replyMarkup(content) }))
            .message_id;
        const keyboard = { reply_markup: markup(content.keyboard ?? []) };
        await api.editMessageText(chatId, messageId, content.html, { ...silentPreview, ...keyboard });
        return messageId;
      }
      case 'file': {
        const file = await document(content);
        return (await api.sendDocument(chatId, file, { ...place, ...replyMarkup(content) })).message_id;
      }
      case 'text-file': {
        const file = new InputFile(Buffer.from(content.text, 'utf8'), 'transcript.txt');
        return (await api.sendDocument(chatId, file, place)).message_id;
      }
      case 'keyboard': {
        if (messageId === null) return null;
        await api.editMessageReplyMarkup(chatId, messageId, { reply_markup: markup(content.keyboard) });
        return messageId;
      }
      case 'caption': {
        if (messageId === null) return null;
        await api.editMessageCaption(chatId, messageId, { caption: content.html, parse_mode: 'HTML' });
        return messageId;
      }
      case 'delete': {
        if (messageId !== null) await api.deleteMessage(chatId, messageId);
        return messageId;
      }
    }
  };
  /** Resolves to what was sent; throws what the Bot API answers, or ContentGone. */
  return async (message: ClaimedMessage): Promise<Sent> => {
    const content = contentSchema.parse(message.content);
    const first = content.kind === 'text' && message.messageId === null ? content.placeholder : undefined;
    const shown: Content = first === undefined ? content : { kind: 'text', html: first };
    return { messageId: await call(message, shown), complete: first === undefined };
  };
};
