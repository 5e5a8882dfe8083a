import { inLocale } from '../locale/locale.js';
import { type Request, statusSequence } from '../persistence/request.js';
import { cancelKeyboard } from '../render/keyboard.js';
import { renderStatus, type StatusView } from '../render/status.js';
import { type OutboundMessage, taskKey } from '../telegram/outbox/outbound-message.js';

/** The status message of a request; the result replaces it. */
export const statusMessage = (request: Request, view: StatusView): OutboundMessage => {
  const words = inLocale(request.locale);
  return {
    key: taskKey(request.taskId),
    chatId: request.chatId,
    threadId: request.threadId ?? undefined,
    replyTo: request.messageId,
    quiet: request.quiet,
    priority: view.kind === 'accepted' ? 'first' : 'progress',
    // What is first is older than any progress of the same run.
    sequence: statusSequence(request.round) + (view.kind === 'accepted' ? 0 : 1),
    content: {
      kind: 'text',
      html: renderStatus(view, words),
      keyboard: cancelKeyboard(request.taskId, words),
      transient: true,
    },
  };
};
