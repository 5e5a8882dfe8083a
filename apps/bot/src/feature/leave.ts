import type { BotDeps } from './context.js';

/** Ends all work for a chat that cannot be answered any more. */
export const leaveChat = async (
  { requests, pipeline, conversation, log }: Pick<BotDeps, 'requests' | 'pipeline' | 'conversation' | 'log'>,
  chatId: number,
  cause: string,
): Promise<void> => {
  const open = await requests.openOf({ chatId });
  for (const request of open) {
    const closed = await requests.change(request.taskId, { state: 'cancelled' }, ['fetching', 'working']);
    if (closed === null) continue;
    conversation.abandon(request.taskId);
    await pipeline.cancel(request.taskId);
    await conversation.destroy(request.taskId);
  }
  log.warn({ chat_id: chatId, cause, cancelled: open.length }, 'chat gone');
};
