import type { BotDeps } from '../context.js';
import { type Letter, taskKey, text } from '../outbox/letter.js';
import { endEdition, type Request } from '../request/request.js';

/** Ends a request for good: work, recording, text and further messages go; its first message says `farewell` (HTML). */
export const destroyRequest = async (deps: BotDeps, request: Request, farewell: string): Promise<void> => {
  const { requests, eraser, work, mailbox } = deps;
  await requests.change(request.taskId, { state: 'deleted' });
  work.abandon(request.taskId);
  await eraser.tasks([request.taskId]);
  const letter = (part: number, content: Letter['content']): Letter => ({
    key: taskKey(request.taskId, part),
    chatId: request.chatId,
    rank: 'answer',
    edition: endEdition(request.round) + 1,
    content,
  });
  const further = Array.from({ length: Math.max(0, request.parts - 1) }, (_, index) =>
    letter(index + 1, { kind: 'delete' }),
  );
  await mailbox.post([letter(0, text(farewell)), ...further]);
};
