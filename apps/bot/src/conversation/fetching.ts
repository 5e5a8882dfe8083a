import type { Pipeline } from '@whisper-bot/pipeline';
import { every, isUnavailable, reconnectPause } from '@whisper-bot/runtime';
import { isFinal, type Task, TaskError, type TaskErrorCode, type TaskId } from '@whisper-bot/task';
import { type FileSource, fetchFile } from '../intake/fetch.js';
import { createTurnQueue } from '../intake/queue.js';
import type { Request, Requests } from '../persistence/request.js';
import type { StatusView } from '../render/status.js';
import type { BotLog } from '../telegram/log.js';
import type { Outbox } from '../telegram/outbox/outbound-message.js';
import { statusMessage } from './status-message.js';

export interface FetchingDeps {
  source: FileSource;
  pipeline: Pick<Pipeline, 'accept' | 'archive' | 'progress'>;
  outbox: Outbox;
  requests: Requests;
  /** Takes over the result of the same file with the same options; false where there is none. */
  reuse(request: Request, archive: (source: string) => Promise<void>): Promise<boolean>;
  /** Ends a request with an error that its user sees. */
  fail(request: Request, code: TaskErrorCode, params: Record<string, string | number>): Promise<void>;
  /** Downloads at once. */
  width: number;
  log: BotLog;
}

/** Downloads recordings and submits them to the pipeline, in turns. */
export interface Fetching {
  /** Returns at once. */
  begin(request: Request): void;
  /** Stops fetching, if that is what goes on. */
  abandon(taskId: TaskId): void;
  /** Takes up what was left unfetched. */
  resume(): Promise<void>;
  /** Stops fetching; what was not fetched is taken up by the next start. */
  close(): Promise<void>;
}

/** What the pipeline is asked for. `origin` is enough to answer even where the bot's own record is lost. */
const askedBy = (request: Request): Pick<Task, 'channel' | 'owner' | 'title' | 'options' | 'origin'> => ({
  channel: 'telegram',
  title: request.title,
  owner: `tg:${request.userId}`,
  options: request.options,
  origin: {
    chat_id: request.chatId,
    message_id: request.messageId,
    thread_id: request.threadId,
    user_id: request.userId,
    locale: request.locale,
  },
});

/** A result taken over from another task, as a task of its own. */
const archived = (request: Request, source: string): Task => ({
  v: 1,
  id: request.taskId,
  source,
  ...askedBy(request),
  acceptedAt: new Date().toISOString(),
});

/** Least milliseconds between two reports of a download's progress. */
const reportInterval = 2000;

/** Between two attempts to hand a recording over while Redis or PostgreSQL is away, milliseconds. */
const pauses = { first: 500, longest: 2000 };
/** Milliseconds after which a recording that could not be handed over is given up. */
const mostPatience = 3_600_000;
/** Milliseconds between two looks for recordings left unfinished. */
const lookInterval = 15_000;

export const createFetching = (deps: FetchingDeps): Fetching => {
  const { source, pipeline, outbox, requests, log } = deps;
  const queue = createTurnQueue(deps.width);
  const running = new Map<TaskId, AbortController>();
  /** Requests that wait for a service to return; times are monotonic milliseconds. */
  const waiting = new Map<TaskId, { since: number; attempt: number; timer: NodeJS.Timeout }>();
  let closing = false;
  const run = async (request: Request, signal: AbortSignal): Promise<void> => {
    const fresh = await requests.get(request.taskId);
    if (fresh?.state !== 'fetching') return;
    if (fresh.round === 1 && (await deps.reuse(fresh, (source) => pipeline.archive(archived(fresh, source))))) return;
    let reported = performance.now();
    const receive = async () => ({
      name: await fetchFile(source, fresh, {
        signal,
        onProgress: (fraction) => {
          if (performance.now() - reported < reportInterval) return;
          reported = performance.now();
          show(fresh, { kind: 'downloading', percent: 100 * fraction });
        },
      }),
    });
    await pipeline.accept({
      id: fresh.taskId,
      source: { kind: 'stream', bytes: fresh.size, receive },
      seconds: fresh.duration,
      largest: source.largest,
      ...askedBy(fresh),
      asked: () => {
        signal.throwIfAborted();
        return askedBy(fresh);
      },
      // While Redis or PostgreSQL is away it is tried again, and the file need not come a second time.
      onRefusal: 'keep',
    });
    // Only after the task is stored is the file not fetched again; a crash in between submits the same task once more.
    const working = await requests.change(fresh.taskId, { state: 'working' }, ['fetching']);
    const progress = working && (await pipeline.progress(fresh.taskId));
    if (working && progress?.failure && isFinal(progress.state)) {
      await deps.fail(working, progress.failure.code, progress.failure.params);
    }
  };

  const show = (request: Request, view: StatusView): void => {
    if (request.edit) return;
    outbox
      .post([statusMessage(request, view)])
      .catch((error: unknown) => log.warn({ task_id: request.taskId, err: error }, 'progress update failed'));
  };

  const guarded = async (request: Request): Promise<void> => {
    const { taskId } = request;
    const abort = new AbortController();
    running.set(taskId, abort);
    try {
      await run(request, abort.signal);
      waiting.delete(taskId);
    } catch (error) {
      if (abort.signal.aborted) return;
      await settle(request, error).catch((failure: unknown) => {
        log.warn({ task_id: taskId, err: failure }, 'failure notice postponed');
        later(request);
      });
    } finally {
      running.delete(taskId);
    }
  };

  /** Redis or PostgreSQL away is not the recording's fault: it waits and says so. Everything else is its end. */
  const settle = async (request: Request, error: unknown): Promise<void> => {
    const known =
      error instanceof TaskError ? error : new TaskError('internal', 'Something went wrong.', { cause: error });
    const since = waiting.get(request.taskId)?.since ?? performance.now();
    if (known.retryable && isUnavailable(known) && performance.now() - since < mostPatience) {
      log.warn({ task_id: request.taskId, err: error }, 'recording waits: service unavailable');
      show(request, { kind: 'waiting' });
      later(request);
      return;
    }
    log.warn({ task_id: request.taskId, code: known.code, err: known.cause ?? known }, 'intake failed');
    await deps.fail(request, known.code, known.params);
    waiting.delete(request.taskId);
  };

  const later = (request: Request): void => {
    if (closing) return;
    const { since = performance.now(), attempt = 0 } = waiting.get(request.taskId) ?? {};
    const timer = setTimeout(() => begin(request), reconnectPause(attempt + 1, pauses));
    waiting.set(request.taskId, { since, attempt: attempt + 1, timer });
  };

  const begin = (request: Request): void => {
    if (closing) return;
    clearTimeout(waiting.get(request.taskId)?.timer);
    queue.add({ id: request.taskId, owner: `tg:${request.userId}`, work: () => guarded(request) });
  };

  const resume = async (): Promise<void> => {
    for (const request of await requests.fetching()) if (!waiting.has(request.taskId)) begin(request);
  };
  // Whatever stopped a recording on its way is past by now: nothing waits for the bot's next start.
  const looking = every(lookInterval, resume, (error) =>
    log.warn({ err: error }, 'reading unfinished requests failed'),
  );

  return {
    begin,
    resume,
    abandon: (taskId) => running.get(taskId)?.abort(new TaskError('cancelled', 'The task was cancelled.')),
    close: async () => {
      closing = true;
      void looking.stop();
      for (const { timer } of waiting.values()) clearTimeout(timer);
      for (const abort of running.values()) abort.abort(new Error('The bot is stopping.'));
      await queue.close();
    },
  };
};
