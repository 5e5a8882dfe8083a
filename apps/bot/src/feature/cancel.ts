import type { Words } from '../locale/locale.js';
import { endSequence, type Request } from '../persistence/request.js';
import { renderStatus } from '../render/status.js';
import { taskKey, text } from '../telegram/outbox/outbound-message.js';
import type { BotDeps } from './context.js';

/**
 * Stops the work on a request at whatever stage it is, and says so in its message. False where it had ended.
 * The request is closed first: whatever is on its way then finds it closed.
 */
export const cancelRequest = async (
  deps: Pick<BotDeps, 'conversation' | 'outbox' | 'pipeline' | 'requests'>,
  request: Request,
  words: Words,
): Promise<boolean> => {
  const { requests, pipeline, conversation, outbox } = deps;
  const closed = await requests.change(request.taskId, { state: 'cancelled' }, ['fetching', 'working']);
  if (closed === null) return false;
  conversation.abandon(request.taskId);
  await pipeline.cancel(request.taskId);
  await conversation.destroy(request.taskId);
  if (!closed.edit) {
    await outbox.post([
      {
        key: taskKey(request.taskId),
        chatId: request.chatId,
        priority: 'answer',
        sequence: endSequence(closed.round),
        content: text(renderStatus({ kind: 'cancelled' }, words)),
      },
    ]);
  }
  return true;
};
