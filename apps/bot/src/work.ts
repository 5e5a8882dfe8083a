import type { Pipeline } from '@whisper-bot/pipeline';
import { isFinal, type Task, TaskError, type TaskId, taskFolder } from '@whisper-bot/task';
import type { BotLog, Work } from './context.js';
import { type FileSource, fetchFile } from './intake/fetch.js';
import { createTurnQueue } from './intake/queue.js';
import { inLocale } from './locale/locale.js';
import { type Letter, type Mailbox, taskKey, text } from './outbox/letter.js';
import { statusLetter } from './outbox/status-letter.js';
import { createPresenter } from './present.js';
import { failureKeyboard } from './render/keyboard.js';
import { renderFailure, renderStatus } from './render/status.js';
import { endEdition, type Request, type Requests } from './request/request.js';

export interface WorkDeps {
  botId: number;
  source: FileSource;
  pipeline: Pick<Pipeline, 'submit' | 'progress'>;
  mailbox: Mailbox;
  requests: Requests;
  /** Downloads at once. */
  width: number;
  log: BotLog;
}

export interface WorkingWork extends Work {
  /** Takes up what a stopped bot left unfetched. */
  resume(): Promise<void>;
  /** Stops fetching; what was not fetched is taken up by the next start. */
  close(): Promise<void>;
}

/** The task as the pipeline takes it. `origin` is enough to answer even where the bot's own record is lost. */
const taskOf = (request: Request, source: string): Task => ({
  v: 1,
  id: request.taskId,
  channel: 'telegram',
  source,
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
  acceptedAt: new Date().toISOString(),
});

/** Progress of a download is told at most so often, milliseconds. */
const reportInterval = 2000;

/** What is done with requests outside the handling of updates: fetching, submitting, presenting, removing. */
export const createWork = (deps: WorkDeps): WorkingWork => {
  const { source, pipeline, mailbox, requests, log } = deps;
  const queue = createTurnQueue(deps.width);
  const running = new Map<TaskId, AbortController>();
  let closing = false;
  const presenter = createPresenter({ tasksDir: source.tasksDir, mailbox, requests });

  const fail: WorkingWork['fail'] = async (request, code, params) => {
    const failed = await requests.change(request.taskId, { state: 'failed' }, ['fetching', 'working']);
    if (failed === null) return;
    const words = inLocale(failed.locale);
    const letter: Letter = {
      key: taskKey(failed.taskId),
      chatId: failed.chatId,
      threadId: failed.threadId ?? undefined,
      replyTo: failed.messageId,
      quiet: failed.quiet,
      rank: 'answer',
      edition: endEdition(failed.round),
      content: text(
        `⚠️ ${renderFailure(code, params, words)}`,
        failureKeyboard(failed.taskId, code, words),
        renderStatus({ kind: 'accepted' }, words),
      ),
    };
    await mailbox.post([letter]);
  };

  const run = async (request: Request, signal: AbortSignal): Promise<void> => {
    const fresh = await requests.get(request.taskId);
    if (fresh?.state !== 'fetching') return;
    const note = fresh.round === 1 ? await presenter.reuse(fresh) : null;
    if (note !== null) return;
    let told = Date.now();
    const name = await fetchFile(source, fresh, {
      signal,
      onProgress: (fraction) => {
        if (Date.now() - told < reportInterval || fresh.edit) return;
        told = Date.now();
        void mailbox
          .post([statusLetter(fresh, { kind: 'downloading', percent: 100 * fraction })])
          .catch((error: unknown) => log.warn({ task_id: fresh.taskId, err: error }, 'progress was not told'));
      },
    });
    signal.throwIfAborted();
    await pipeline.submit(taskOf(fresh, name));
    // Only after the task is stored is the file not fetched again; a crash in between submits the same task once more.
    const working = await requests.change(fresh.taskId, { state: 'working' }, ['fetching']);
    const progress = working && (await pipeline.progress(fresh.taskId));
    if (working && progress?.failure && isFinal(progress.state)) {
      await fail(working, progress.failure.code, progress.failure.params);
    }
  };

  const guarded = async (request: Request): Promise<void> => {
    const abort = new AbortController();
    running.set(request.taskId, abort);
    try {
      await run(request, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return;
      const known =
        error instanceof TaskError ? error : new TaskError('internal', 'Something went wrong.', { cause: error });
      log.warn(
        { task_id: request.taskId, code: known.code, err: known.cause ?? known },
        'a recording was not taken in',
      );
      await fail(request, known.code, known.params).catch((failure: unknown) =>
        // The record is away: the request stays unfetched and is taken up again.
        log.error({ task_id: request.taskId, err: failure }, 'a failure was not told'),
      );
    } finally {
      running.delete(request.taskId);
    }
  };

  const begin = (request: Request): void => {
    if (closing) return;
    queue.add({ id: request.taskId, owner: `tg:${request.userId}`, work: () => guarded(request) });
  };

  return {
    begin,
    fail,
    abandon: (taskId) => running.get(taskId)?.abort(new TaskError('cancelled', 'The task was cancelled.')),
    present: presenter.present,
    speakers: presenter.speakers,
    rename: presenter.rename,
    destroy: (taskId) => taskFolder(source.tasksDir, taskId).destroy(),
    resume: async () => {
      for (const request of await requests.fetching()) begin(request);
    },
    close: async () => {
      closing = true;
      for (const abort of running.values()) abort.abort(new Error('The bot is stopping.'));
      await queue.close();
    },
  };
};
