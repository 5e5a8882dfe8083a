import { endSequence, type Request } from '../persistence/request.js';
import { type OutboundMessage, taskKey, text } from '../telegram/outbox/outbound-message.js';
import type { BotDeps } from './context.js';

/** Ends a request for good: work, recording, text and further messages go; its first message says `farewell` (HTML). */
export const destroyRequest = async (
  deps: Pick<BotDeps, 'conversation' | 'eraser' | 'outbox' | 'requests'>,
  request: Request,
  farewell: string,
): Promise<void> => {
  const { requests, eraser, conversation, outbox } = deps;
  await requests.change(request.taskId, { state: 'deleted' });
  conversation.abandon(request.taskId);
  await eraser.tasks([request.taskId]);
  const outbound = (part: number, content: OutboundMessage['content']): OutboundMessage => ({
    key: taskKey(request.taskId, part),
    chatId: request.chatId,
    priority: 'answer',
    sequence: endSequence(request.round) + 1,
    content,
  });
  const further = Array.from({ length: Math.max(0, request.parts - 1) }, (_, index) =>
    outbound(index + 1, { kind: 'delete' }),
  );
  await outbox.post([outbound(0, text(farewell)), ...further]);
};
