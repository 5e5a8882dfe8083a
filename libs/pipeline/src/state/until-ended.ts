import { deferred, untilAborted } from '@whisper-bot/runtime';
import { isFinal, type TaskId } from '@whisper-bot/task';
import type { Pipeline, TaskProgress } from '../contract.js';

/** Resolves to a task's progress once it has ended; rejects with the signal's reason. */
export const untilEnded = async (
  id: TaskId,
  signal: AbortSignal,
  { progress, watch }: Pick<Pipeline, 'progress' | 'watch'>,
): Promise<TaskProgress> => {
  signal.throwIfAborted();
  const ended = deferred<TaskProgress>();
  const look = (now: TaskProgress | null): void => {
    if (now !== null && isFinal(now.state)) ended.resolve(now);
  };
  const stop = await watch(id, look);
  try {
    look(await progress(id).catch(() => null));
    return await untilAborted(ended.promise, signal);
  } finally {
    await stop();
  }
};
