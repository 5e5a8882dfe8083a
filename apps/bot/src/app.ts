import type { Eraser } from '@whisper-bot/assembly';
import type { Pipeline, TranscriptEdit } from '@whisper-bot/pipeline';
import { deferred } from '@whisper-bot/runtime';
import { openTelegramDatabase, takeLease } from '@whisper-bot/store/telegram';
import type { TranscriptStore } from '@whisper-bot/task';
import { Api, type Transformer } from 'grammy';
import type { UserFromGetMe } from 'grammy/types';
import { createConversation } from './conversation/conversation.js';
import { createDelivery } from './conversation/deliver.js';
import { startProgressBoard } from './conversation/progress-board.js';
import { createBot } from './feature/bot.js';
import { registerCommands } from './feature/command-menu.js';
import type { BotOptions } from './feature/context.js';
import { leaveChat } from './feature/leave.js';
import { type MessageEvent, messageEvent } from './intake/message-event.js';
import type { Limits } from './limit/policy.js';
import { createRepositories, type Repositories } from './persistence/repositories.js';
import { startHandling } from './telegram/inbox/handle.js';
import { startPolling } from './telegram/inbox/poll.js';
import { wantedUpdates } from './telegram/inbox/update.js';
import { startWebhook } from './telegram/inbox/webhook.js';
import type { BotLog } from './telegram/log.js';
import { createBudget, telegramBudget } from './telegram/outbox/budget.js';
import { createSend } from './telegram/outbox/send.js';
import { createSender } from './telegram/outbox/sender.js';
import type { Reachability } from './telegram/reachability.js';
import { withRetry } from './telegram/with-retry.js';

/** The bot cannot start, or must stop: one sentence for the operator. */
export class BotStopped extends Error {
  override readonly name = 'BotStopped';
  /** @param needsPerson starting again would not help: the operator has to change something */
  constructor(
    sentence: string,
    readonly needsPerson: boolean,
    cause?: unknown,
  ) {
    super(sentence, { cause });
  }
}

export interface AppOptions {
  token: string;
  /** Root of the Bot API server. */
  apiRoot: string;
  /** Directory of a local Bot API server; null in the cloud. */
  localDir: string | null;
  databaseUrl: string;
  pipeline: Pipeline;
  transcripts: TranscriptStore;
  /** Removes tasks and people from every place. */
  eraser: Pick<Eraser, 'tasks' | 'owner'>;
  tasksDir: string;
  bot: Omit<BotOptions, 'largest'> & { /** Bytes; never above what the server hands out. */ largest: number };
  limits: Limits;
  /** Null: long polling. */
  webhook: { url: string; secret: string; host: string; port: number } | null;
  log: BotLog;
  /** Called for every message and press that is handled. */
  onMessage?: (event: MessageEvent) => void;
  /** Called with whether calls are answered. */
  reachability?: Pick<Reachability, 'answered' | 'failed'>;
  /** Called for every call the Bot API refuses, by its error code; 0 where it does not answer. */
  onRefusal?: (method: string, code: number) => void;
  /** Records that a chat shows an edit that was made elsewhere; default: nothing. */
  onEditShown?: (edit: TranscriptEdit) => Promise<void>;
  /** Milliseconds between progress messages in a chat. */
  progressInterval?: number;
}

export interface App {
  readonly me: UserFromGetMe;
  /** Resolves with the reason when the bot must stop by itself; never when it is closed. */
  readonly stopped: Promise<string>;
  /** Stops intake, finishes what is being handled, and leaves the rest stored. `grace` in milliseconds. */
  close(grace: number): Promise<void>;
}

const who = async (api: Api, apiRoot: string): Promise<UserFromGetMe> => {
  try {
    return await withRetry(() => api.getMe());
  } catch (error) {
    const code = error instanceof Error && 'error_code' in error ? error.error_code : undefined;
    if (code === 401 || code === 404) {
      throw new BotStopped('Telegram does not know this BOT_TOKEN. Copy it again from @BotFather.', true, error);
    }
    throw new BotStopped(`The Bot API server at ${apiRoot} cannot be reached.`, false, error);
  }
};

/** Reports to metrics and the outage display how each call ended. */
const reportCalls =
  ({ reachability, onRefusal }: Pick<AppOptions, 'reachability' | 'onRefusal'>): Transformer =>
  async (call, method, payload, signal) => {
    try {
      const answer = await call(method, payload, signal);
      reachability?.answered();
      if (!answer.ok) onRefusal?.(method, answer.error_code);
      return answer;
    } catch (error) {
      if (signal?.aborted !== true) {
        reachability?.failed(error);
        onRefusal?.(method, 0);
      }
      throw error;
    }
  };

/** Seconds after which what was handled and sent is forgotten. */
const forgetAfter = 30 * 24 * 3600;
const hour = 3_600_000;

/** Starts the bot: everything between Telegram, PostgreSQL and the pipeline. Throws BotStopped with one clear sentence. */
export const startApp = async (options: AppOptions): Promise<App> => {
  const { token, apiRoot, log, pipeline, transcripts } = options;
  const api = new Api(token, { apiRoot, timeoutSeconds: 75 });
  api.config.use(reportCalls(options));
  const me = await who(api, apiRoot);
  const { promise: stopped, resolve: stop } = deferred<string>();

  const twice = `Another process already works as @${me.username}. A bot runs once; this one stops.`;
  const lease = await takeLease(options.databaseUrl, me.id, () => stop(twice));
  if (lease === null) throw new BotStopped(twice, true);
  const pool = await openTelegramDatabase(options.databaseUrl, (error) =>
    log.error({ cause: error.message }, 'PostgreSQL connection lost'),
  );
  const record = createRepositories(pool, { botId: me.id, key: token, log }, options.limits);
  const { inbox, requests, usage, moveChat } = record;
  const onStop = (cause: string): void =>
    stop(
      /conflict/i.test(cause)
        ? `Telegram says that another bot uses this token: ${cause}`
        : `Telegram refuses: ${cause}`,
    );

  const { sender, conversation, bot } = createParts(options, { api, me, record });

  await sender.start({
    onChatGone: (chatId, cause) => leaveChat({ requests, pipeline, conversation, log }, chatId, cause),
    onMoved: moveChat,
    onStop,
  });
  const deliveries = await pipeline.serveDeliveries('telegram', createDelivery({ requests, conversation, usage, log }));
  const edits = await pipeline.serveEdits(async (taskId) => {
    // Read before it is shown: what is edited meanwhile is announced by itself.
    const version = (await transcripts.read(taskId))?.version;
    await conversation.refresh(taskId);
    if (version !== undefined) await options.onEditShown?.({ taskId, ...version });
  });
  const interval = options.progressInterval ?? 3000;
  const board = await startProgressBoard({ pipeline, requests, outbox: sender, log, interval });
  const handling = startHandling({
    inbox,
    handle: async (update) => {
      await bot.handleUpdate(update);
      const event = messageEvent(update, Date.now());
      if (event !== null) options.onMessage?.(event);
    },
    log,
    concurrency: 50,
    mostAttempts: 5,
  });
  await conversation.resume();
  const intake = await startIntake(options, { api, inbox, onStored: handling.wake, onStop });
  registerCommands(api).catch((error: unknown) => log.warn({ err: error }, 'command registration failed'));
  const pruning = setInterval(() => {
    record.prune(forgetAfter).catch((error: unknown) => log.warn({ err: error }, 'prune failed'));
  }, hour);
  log.info({ bot: me.username, webhook: options.webhook !== null }, 'bot ready');

  return {
    me,
    stopped,
    close: async (grace) => {
      clearInterval(pruning);
      await intake.close();
      await handling.close();
      await board.close();
      await edits.close();
      await deliveries.close();
      await conversation.close();
      await sender.close(grace);
      await lease.release();
      await pool.end();
    },
  };
};

/** The sender, what is done with requests, and the bot that handles updates; nothing has started yet. */
const createParts = (
  options: AppOptions,
  { api, me, record }: { api: Api; me: UserFromGetMe; record: Repositories },
) => {
  const { token, apiRoot, log, pipeline, transcripts, tasksDir, eraser } = options;
  const { messages, requests, preferences, usage, spokenBy, limits, moveChat } = record;
  const sender = createSender({
    messages,
    send: createSend({ api, tasksDir, transcripts }),
    budget: createBudget(telegramBudget, () => performance.now()),
    log,
    mostAttempts: 12,
  });
  const outbox = sender;
  const source = { api, token, apiRoot, localDir: options.localDir, tasksDir, largest: options.bot.largest };
  const conversation = createConversation({ source, pipeline, outbox, requests, transcripts, width: 8, log });
  const bot = createBot(
    token,
    me,
    {
      botId: me.id,
      options: options.bot,
      pipeline,
      outbox,
      requests,
      preferences,
      usage,
      spokenBy,
      eraser,
      limits,
      conversation,
      moveChat,
      log,
    },
    { apiRoot, timeoutSeconds: 30 },
  );
  return { sender, conversation, bot };
};

interface IntakeDeps {
  api: Api;
  inbox: ReturnType<typeof createRepositories>['inbox'];
  onStored(): void;
  onStop(cause: string): void;
}

/** Long polling, or a webhook registered with Telegram. */
const startIntake = async (
  { webhook, log }: AppOptions,
  { api, inbox, onStored, onStop }: IntakeDeps,
): Promise<{ close(): Promise<void> }> => {
  if (webhook === null) {
    await withRetry(() => api.deleteWebhook());
    return startPolling({ api, inbox, log, timeout: 30, onStored, onStop });
  }
  const { secret, host, port, url } = webhook;
  const server = await startWebhook({ inbox, secret, host, port, log, onStored });
  await withRetry(() =>
    api.setWebhook(url.replace('{port}', String(server.port)), {
      secret_token: secret,
      allowed_updates: wantedUpdates,
    }),
  );
  return server;
};
