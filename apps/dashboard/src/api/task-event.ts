import { isFinal } from '@whisper-bot/task';
import { z } from 'zod';
import type { ApiHandler } from './call.js';
import { ApiError } from './error.js';
import { eventStreamType, openEventStream } from './event-stream.js';
import { lookAt } from './task.js';
import { findOwnTask } from './task-find.js';
import { taskViewSchema } from './task-view.js';

/** What `GET /v1/tasks/{id}/events` sends. */
export const taskEventSchema = z.object({
  type: z.enum(['task.progress', 'task.done', 'task.failed', 'task.cancelled']),
  task: taskViewSchema,
});
type TaskEvent = z.infer<typeof taskEventSchema>;

/** Streams one key may hold open in this process: each is a connection to Redis. */
const mostStreams = 50;
const open = new Map<string, number>();

/** Tells each change of a task as it happens; the last event is its end. */
export const followTask: ApiHandler = async (call, visit) => {
  const { desk, gone, request, response, key } = call;
  const { id } = await findOwnTask(call, visit);
  if (request.method === 'HEAD') return { kind: 'text', type: eventStreamType, body: '' };
  const held = open.get(key.id) ?? 0;
  if (held >= mostStreams) {
    throw new ApiError(429, `This key may follow ${mostStreams} tasks at once.`, { code: 'streams', retryAfter: 5 });
  }
  open.set(key.id, held + 1);
  const ended = AbortSignal.any([gone, desk.closing]);
  const bell = createBell(ended);
  const stop = await desk.pipeline.watch(id, bell.ring);
  try {
    const events = openEventStream(response);
    for (let last = ''; !ended.aborted; await bell.rung()) {
      const task = await lookAt(call, id);
      const isOver = isFinal(task.status);
      const text = JSON.stringify(task);
      const type = (isOver ? `task.${task.status}` : 'task.progress') as TaskEvent['type'];
      if (text !== last) events.send({ type, task } satisfies TaskEvent, type);
      last = text;
      if (!isOver) continue;
      events.done();
      break;
    }
  } finally {
    await stop();
    const left = (open.get(key.id) ?? 1) - 1;
    if (left === 0) open.delete(key.id);
    else open.set(key.id, left);
    response.end();
  }
  return { kind: 'sent' };
};

/** Rings that come while nobody listens are heard next time. */
const createBell = (ended: AbortSignal) => {
  let isRung = false;
  let wake: () => void = () => {};
  const ring = (): void => {
    isRung = true;
    wake();
  };
  ended.addEventListener('abort', ring, { once: true });
  return {
    ring,
    rung: async (): Promise<void> => {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      isRung = false;
    },
  };
};
