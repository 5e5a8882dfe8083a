import type { ClaimedMessage } from '@whisper-bot/store/telegram';
import { plainText } from '../../locale/html.js';
import { inLocale } from '../../locale/locale.js';
import type { Content } from './outbound-message.js';

type Text = Extract<Content, { kind: 'text' }>;

/** Whether it is a message of its own, not a change of one that is there. */
export const isMessage = (content: Content): boolean =>
  content.kind === 'text' || content.kind === 'text-file' || content.kind === 'file';

/** Whether something better follows. */
export const isTransient = (content: Content): boolean => content.kind === 'text' && content.transient === true;

/** Whether it only changes what is there, and is not worth a message of its own. */
export const isOnlyEdit = (content: Content): boolean =>
  (content.kind === 'text' || content.kind === 'caption') && content.onlyEdit === true;

/** The text at once, without the first sign of life. */
export const withoutPlaceholder = ({ placeholder: _, ...text }: Text): Text => text;

/**
 * What is shown where Telegram refuses this for good; null where nothing should be. An edit becomes a message of its own, a
 * caption or a file a text, a text a file: each step leads on to a simpler one, so that it ends.
 */
export const alternativeOf = (message: ClaimedMessage, content: Content): Content | null => {
  switch (content.kind) {
    case 'caption':
      return isOnlyEdit(content) ? null : { kind: 'text', html: content.html };
    case 'text': {
      if (content.transient === true || message.amends) return null;
      // What is there stays as it is.
      if (isOnlyEdit(content) && message.messageId !== null) return null;
      if (message.messageId !== null) return withoutPlaceholder(content);
      const text = plainText(content.html).trim();
      // A question needs its answer as a reply to a message.
      return text === '' || content.forceReply !== undefined ? null : { kind: 'text-file', text };
    }
    case 'file':
      return { kind: 'text', html: inLocale(content.locale).html('result-file-refused') };
    case 'text-file':
    case 'keyboard':
    case 'delete':
      return null;
  }
};
