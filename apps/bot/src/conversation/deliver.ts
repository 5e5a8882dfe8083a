import type { DeliveryHandler } from '@whisper-bot/pipeline';
import { TaskError } from '@whisper-bot/task';
import type { UsageRepository } from '../persistence/repository.js';
import type { Requests } from '../persistence/request.js';
import type { BotLog } from '../telegram/log.js';
import type { ConversationHandle } from './conversation.js';

export interface DeliveryDeps {
  requests: Requests;
  conversation: ConversationHandle;
  usage: Pick<UsageRepository, 'charge'>;
  log: BotLog;
}

/**
 * Hands results and failures over to the outbox. Called again after a crash it posts the same messages, which changes
 * nothing; from there on the outbox answers for them.
 */
export const createDelivery =
  (deps: DeliveryDeps): DeliveryHandler =>
  async (delivery) => {
    const { requests, conversation, usage, log } = deps;
    const { task } = delivery;
    const request = await requests.get(task.id);
    if (request === null || request.state === 'cancelled' || request.state === 'deleted') {
      log.info({ task_id: task.id, state: request?.state }, 'result dropped: its request has ended');
      return;
    }
    if (delivery.kind === 'failure') {
      await conversation.fail(request, delivery.code, delivery.params);
      return;
    }
    if (delivery.revision < request.revision) return;
    // `done` is included: this may be the second time.
    const done = await requests.change(task.id, { state: 'done', revision: delivery.revision }, [
      'fetching',
      'working',
      'done',
      'failed',
    ]);
    if (done === null) return;
    const transcript = await conversation.present(done);
    if (transcript === null) {
      throw new TaskError('internal', 'The result is missing.', { cause: `no transcript in the folder of ${task.id}` });
    }
    // Telegram does not know the length of a document, and of the rest only what the sender claimed.
    await usage.charge({ taskId: task.id, userId: done.userId, seconds: transcript.duration });
  };
