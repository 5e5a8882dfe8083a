import type { Pipeline } from '@whisper-bot/pipeline';
import { type TaskErrorCode, type TaskId, type TranscriptStore, taskFolder } from '@whisper-bot/task';
import type { Transcript } from '@whisper-bot/transcript';
import type { FileSource } from '../intake/fetch.js';
import { inLocale } from '../locale/locale.js';
import { endSequence, type Request, type RequestState, type Requests } from '../persistence/request.js';
import { failureKeyboard, type ResultFacts } from '../render/keyboard.js';
import { renderFailure, renderStatus } from '../render/status.js';
import type { BotLog } from '../telegram/log.js';
import { type OutboundMessage, type Outbox, taskKey, text } from '../telegram/outbox/outbound-message.js';
import { createFetching } from './fetching.js';
import { createPresenter } from './present.js';

/** What is done with a request outside the handling of an update. */
export interface Conversation {
  /** Fetches the file and submits the task, in turns; returns at once. */
  begin(request: Request): void;
  /** Stops fetching, if that is what goes on. */
  abandon(taskId: TaskId): void;
  /** Posts the result of a request from what is stored and returns it; null where nothing is. */
  present(request: Request, note?: string): Promise<Transcript | null>;
  /** Shows a result again that was edited elsewhere; nothing where it is not shown at the moment. */
  refresh(taskId: TaskId): Promise<void>;
  /** Notifies the user that a request has failed, with Retry where that can help. */
  fail(request: Request, code: TaskErrorCode, params: Record<string, string | number>): Promise<void>;
  /** What the buttons below a result depend on; null where the text is gone. */
  facts(request: Request): Promise<ResultFacts | null>;
  /** Names a speaker and shows the result again; gives the name it had, null where there is none such. */
  rename(request: Request, index: number, name: string): Promise<string | null>;
  /** Removes what is stored of a request. */
  destroy(taskId: TaskId): Promise<void>;
}

export interface ConversationDeps {
  source: FileSource;
  pipeline: Pick<Pipeline, 'accept' | 'archive' | 'progress'>;
  outbox: Outbox;
  requests: Requests;
  transcripts: TranscriptStore;
  /** Downloads at once. */
  width: number;
  log: BotLog;
}

export interface ConversationHandle extends Conversation {
  /** Takes up what a stopped bot left unfetched. */
  resume(): Promise<void>;
  /** Stops fetching; what was not fetched is taken up by the next start. */
  close(): Promise<void>;
}

/** What is done with requests outside the handling of updates: fetching, presenting, failing, removing. */
export const createConversation = (deps: ConversationDeps): ConversationHandle => {
  const { source, outbox, requests, transcripts } = deps;
  const presenter = createPresenter({ tasksDir: source.tasksDir, transcripts, outbox, requests });

  const fail: ConversationHandle['fail'] = async (request, code, params) => {
    const from: RequestState[] = ['fetching', 'working', 'failed'];
    const failing = await requests.get(request.taskId);
    if (failing === null || !from.includes(failing.state)) return;
    const words = inLocale(failing.locale);
    const outbound: OutboundMessage = {
      key: taskKey(failing.taskId),
      chatId: failing.chatId,
      threadId: failing.threadId ?? undefined,
      replyTo: failing.messageId,
      quiet: failing.quiet,
      priority: 'answer',
      sequence: endSequence(failing.round),
      content: text(
        `⚠️ ${renderFailure(code, params, words)}`,
        failureKeyboard(failing.taskId, code, words),
        renderStatus({ kind: 'accepted' }, words),
      ),
    };
    // The words before the state: what is interrupted between the two says the same once more instead of nothing.
    await outbox.post([outbound]);
    await requests.change(failing.taskId, { state: 'failed' }, from);
  };

  const fetching = createFetching({
    ...deps,
    reuse: presenter.reuse,
    fail,
  });

  return {
    begin: fetching.begin,
    abandon: fetching.abandon,
    resume: fetching.resume,
    close: fetching.close,
    fail,
    present: presenter.present,
    refresh: presenter.refresh,
    facts: presenter.facts,
    rename: presenter.rename,
    destroy: (taskId) => taskFolder(source.tasksDir, taskId).destroy(),
  };
};
