import { openEventStream } from '../../web/event-stream.js';
import type { Answer } from '../../web/request-context.js';
import { createWakeUp } from '../../web/wake-up.js';
import type { AdminContext } from '../page-context.js';
import { markup, type SafeHtml } from '../view/html.js';

/** Parts of a page by the id of the element each fills. */
export type Parts = Record<string, SafeHtml>;

export interface LiveOptions {
  /** Milliseconds between two renderings without a wake-up. */
  interval: number;
  /** The parts as they are now; `'reload'` where the page as a whole has changed, after which nothing more is sent. */
  render: () => Promise<Parts | 'reload'>;
  /** Calls back when something has changed before the interval is over; returns how to stop. */
  watch?: (changed: () => void) => Promise<() => Promise<void>>;
}

/** Least milliseconds between two renderings: busy queues change all the time. */
const calm = 400;

/** Keeps sending the parts that have changed (server-sent events) until the reader leaves or the process ends. */
export const streamParts = async (
  context: AdminContext<'closing' | 'logger'>,
  { interval, render, watch }: LiveOptions,
): Promise<Answer> => {
  const { response, deps } = context;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const ended = AbortSignal.any([gone.signal, deps.closing]);
  const wakeUp = createWakeUp(ended);
  const sent = new Map<string, string>();
  const events = openEventStream(response);
  const stop = await watch?.(wakeUp.ring).catch(() => undefined);
  try {
    while (!ended.aborted) {
      const parts = await render().catch((error: unknown) => {
        deps.logger.warn({ err: error }, 'live page refresh failed');
        return {};
      });
      if (ended.aborted) break;
      if (parts === 'reload') {
        events.send({}, 'reload');
        break;
      }
      for (const [id, part] of Object.entries(parts)) {
        const html = markup(part);
        if (sent.get(id) === html) continue;
        sent.set(id, html);
        events.send({ id, html }, 'part');
      }
      await wakeUp.quiet(calm);
      await wakeUp.wait(interval - calm);
    }
  } finally {
    await stop?.();
    response.end();
  }
  return { kind: 'sent' };
};
