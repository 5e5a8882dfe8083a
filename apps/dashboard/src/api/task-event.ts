import { isFinal } from '@whisper-bot/task';
import { z } from 'zod';
import { eventStreamType, openEventStream } from '../web/event-stream.js';
import { createWakeUp } from '../web/wake-up.js';
import type { ApiHandler } from './call.js';
import { ApiError } from './error.js';
import { createTally } from './tally.js';
import { lookAt } from './task.js';
import { findOwnTask } from './task-find.js';
import { taskViewSchema } from './task-view.js';

/** What `GET /v1/tasks/{id}/events` sends. */
export const taskEventSchema = z.object({
  type: z.enum(['task.progress', 'task.done', 'task.failed', 'task.cancelled']),
  task: taskViewSchema,
});
type TaskEvent = z.infer<typeof taskEventSchema>;

/** Streams one key may hold open in this process. */
const mostStreams = 50;
const open = createTally();

/** Sends each change of a task as it happens; the last event is its end. */
export const followTask: ApiHandler<'closing' | 'options' | 'pipeline' | 'tasks'> = async (call, context) => {
  const { deps, gone, request, response, key } = call;
  const { id } = await findOwnTask(call, context);
  if (request.method === 'HEAD') return { kind: 'text', type: eventStreamType, body: '' };
  if (open.held(key.id) >= mostStreams) {
    throw new ApiError(429, `This key may follow ${mostStreams} tasks at once.`, { code: 'streams', retryAfter: 5 });
  }
  const release = open.hold(key.id);
  const ended = AbortSignal.any([gone, deps.closing]);
  const wakeUp = createWakeUp(ended);
  const stop = await deps.pipeline.watch(id, wakeUp.ring);
  try {
    const events = openEventStream(response);
    for (let last = ''; !ended.aborted; await wakeUp.wait()) {
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
    release();
    response.end();
  }
  return { kind: 'sent' };
};
