import type { Notice, WorkerPipeline } from '@whisper-bot/pipeline';
import type { Logger } from '@whisper-bot/runtime';
import type { Store } from '@whisper-bot/store';
import { readTask, TaskError, taskFolder } from '@whisper-bot/task';
import { z } from 'zod';
import { ApiError } from '../error.js';
import { taskViewSchema, viewTask, withDuration } from '../task-view.js';
import { addressesOf, parseWebhook, type Resolve, resolveByDns } from './address.js';
import { post } from './post.js';
import { signatureHeaders } from './signature.js';

/** What a webhook is called with; the transcript is fetched with the key. */
export const webhookSchema = z.object({
  type: z.enum(['task.completed', 'task.failed']),
  timestamp: z.iso.datetime().describe('when the task ended'),
  data: taskViewSchema,
});
type WebhookBody = z.infer<typeof webhookSchema>;

/** Calls back who asked for it. */
export interface Webhooks {
  /** Whether a webhook may be called. Throws ApiError 400. */
  check(url: string): Promise<void>;
  /** Sends what the queue holds until closed. */
  serve(): Promise<{ close(): Promise<void> }>;
}

export interface WebhookOptions {
  pipeline: Pick<WorkerPipeline, 'progress' | 'serveNotices'>;
  store: Pick<Store, 'tasks' | 'keys'>;
  tasksDir: string;
  /** Whether private addresses may be called. */
  allowPrivate: boolean;
  logger: Logger;
  /** Default: the system's resolver. */
  resolve?: Resolve;
}

/** Milliseconds a receiver has to answer, connecting included. */
const answerBound = 10_000;

const originSchema = z.object({ webhook: z.object({ url: z.string() }) });

export const createWebhooks = (options: WebhookOptions): Webhooks => {
  const { pipeline, store, tasksDir, allowPrivate, logger, resolve = resolveByDns } = options;
  const rule = { allowPrivate, resolve };

  const send = async (notice: Notice, { signal, attempt }: { signal: AbortSignal; attempt: number }): Promise<void> => {
    const { taskId, event, revision } = notice;
    const task = await readTask(taskFolder(tasksDir, taskId), revision).catch(() => null);
    const row = await store.tasks.find(taskId);
    const origin = originSchema.safeParse(task?.origin);
    // Deleted meanwhile: no call is made.
    if (task === null || row === null || !origin.success) return;
    const secret = await store.keys.signingSecret(task.owner.replace(/^key:/, ''));
    if (secret === null) {
      logger.info({ task_id: taskId }, 'webhook skipped: key revoked');
      await written(taskId);
      return;
    }
    const now = await pipeline.progress(taskId);
    const data: WebhookBody = {
      type: `task.${event}`,
      timestamp: new Date(now?.at ?? row.changedAt).toISOString(),
      data: await withDuration({ ...viewTask(row, now), status: event === 'completed' ? 'done' : 'failed' }, tasksDir),
    };
    const body = JSON.stringify(data);
    const url = parseWebhook(origin.data.webhook.url);
    const headers = signatureHeaders(secret, {
      id: `msg_${taskId}_${event}_${revision}`,
      seconds: Math.floor(Date.now() / 1000),
      body,
    });
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(answerBound)]);
    const addresses = await addressesOf(url, rule);
    const status = await post({ url, addresses, headers, body, signal: bounded });
    logger.info({ task_id: taskId, attempt, status }, 'webhook called');
    if (status < 200 || status > 299) throw new Error(`the webhook answered ${status}`);
    await written(taskId);
  };

  /** Written down, so that the call is not queued again where Redis was emptied; what cannot be written must not call twice now. */
  const written = (taskId: Notice['taskId']): Promise<void> =>
    store.tasks.notified(taskId).catch((err: unknown) => {
      logger.warn({ task_id: taskId, err }, 'webhook call not recorded');
    });

  return {
    check: async (text) => {
      try {
        await addressesOf(parseWebhook(text), rule);
      } catch (cause) {
        const message = cause instanceof TaskError ? cause.message : 'The webhook’s host is not known.';
        throw new ApiError(400, message, { param: 'webhook_url', code: 'webhook_refused', cause });
      }
    },
    serve: () => pipeline.serveNotices(send),
  };
};
