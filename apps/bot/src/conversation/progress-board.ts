import type { Pipeline, TaskProgress } from '@whisper-bot/pipeline';
import type { TaskId } from '@whisper-bot/task';
import type { Request, Requests } from '../persistence/request.js';
import { statusOf } from '../render/status.js';
import type { BotLog } from '../telegram/log.js';
import type { Outbox } from '../telegram/outbox/outbound-message.js';
import { statusMessage } from './status-message.js';

export interface BoardDeps {
  pipeline: Pick<Pipeline, 'watch' | 'progress'>;
  requests: Requests;
  outbox: Outbox;
  log: BotLog;
  /** Milliseconds between two progress messages in a chat. */
  interval: number;
}

/** Waiting tasks whose place is asked for at each turn: enough for a person to watch, few enough for Redis. */
const asked = 20;

/**
 * Shows progress in the status messages: the newest of each task, one task a chat and turn. What it says may be lost or
 * late; the message's sequence keeps it from overwriting an end.
 */
export const startProgressBoard = async (deps: BoardDeps): Promise<{ close(): Promise<void> }> => {
  const { pipeline, requests, outbox, log, interval } = deps;
  const newest = new Map<TaskId, TaskProgress>();
  const waiting = new Set<TaskId>();
  const shownBefore = new Map<TaskId, string>();

  const forget = (taskId: TaskId): void => {
    newest.delete(taskId);
    waiting.delete(taskId);
    shownBefore.delete(taskId);
  };

  const stop = await pipeline.watch('all', (progress) => {
    if (statusOf(progress) === null) return forget(progress.taskId);
    newest.set(progress.taskId, progress);
    if (progress.state === 'accepted') waiting.add(progress.taskId);
    else waiting.delete(progress.taskId);
  });

  const show = async (request: Request, progress: TaskProgress): Promise<void> => {
    const view = statusOf(progress);
    // A result that is almost there needs no message of its own.
    if (view === null || view.kind === 'delivering') return;
    const outbound = statusMessage(request, view);
    const shown = JSON.stringify(outbound.content);
    if (shownBefore.get(request.taskId) === shown) return;
    shownBefore.set(request.taskId, shown);
    await outbox.post([outbound]);
  };

  const turn = async (): Promise<void> => {
    for (const taskId of [...waiting].slice(0, asked)) {
      const progress = await pipeline.progress(taskId);
      if (progress === null) forget(taskId);
      else if (waiting.has(taskId)) newest.set(taskId, progress);
    }
    const served = new Set<number>();
    for (const taskId of newest.keys()) {
      const request = await requests.get(taskId);
      // Submitted, but its record is still being written: shown at the next turn.
      if (request?.state === 'fetching') continue;
      // Tasks of other channels, and what has ended meanwhile.
      if (request === null || request.state !== 'working') {
        newest.delete(taskId);
        if (request === null) waiting.delete(taskId);
        continue;
      }
      if (request.edit || served.has(request.chatId)) continue;
      served.add(request.chatId);
      // Read only now: while the request was looked up the task may have gone on, and no event might follow.
      const progress = newest.get(taskId);
      newest.delete(taskId);
      if (progress !== undefined) await show(request, progress);
    }
  };

  let busy: Promise<void> | null = null;
  const timer = setInterval(() => {
    busy ??= turn()
      .catch((error: unknown) => log.warn({ err: error }, 'progress update failed'))
      .finally(() => {
        busy = null;
      });
  }, interval);

  return {
    close: async () => {
      clearInterval(timer);
      await stop();
      await busy;
    },
  };
};
