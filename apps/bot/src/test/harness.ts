import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@whisper-bot/runtime';
import { freshDatabase } from '@whisper-bot/store/test/fresh-database';
import {
  type BotApiOptions,
  type BotApiServer,
  type ChatView,
  startBotApi,
  type TemporaryDirectory,
  temporaryDirectory,
} from '@whisper-bot/testing';
import { type App, type AppOptions, startApp } from '../app.js';
import { limitSchema } from '../limit/policy.js';
import { createTestEraser } from './eraser.js';
import { createStandIn, type StandIn } from './stand-in.js';

export interface Harness {
  api: BotApiServer;
  app: App;
  pipeline: StandIn;
  tasksDir: string;
  databaseUrl: string;
  options: AppOptions;
  /** Stops the bot and starts it again, as after an update. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface HarnessOptions {
  api?: BotApiOptions;
  app?: Partial<AppOptions>;
  /** What the stand-in engine takes, milliseconds. */
  delay?: number;
}

/** A database and a folder for a test file. */
export interface BotDatabase {
  readonly url: string;
  readonly directory: TemporaryDirectory;
  /** The database goes; the folder by itself. */
  close(): Promise<void>;
}

export const startDatabase = async (): Promise<BotDatabase> => {
  const { url, drop } = await freshDatabase();
  return { url, close: drop, directory: await temporaryDirectory('bot-test') };
};

/** A bot that is really running: against the Bot API server and PostgreSQL, with a stand-in for the pipeline. */
export const startHarness = async (databaseUrl: string, given: HarnessOptions = {}): Promise<Harness> => {
  const directory = await temporaryDirectory('bot-test');
  const tasksDir = join(directory.path, 'tasks');
  await mkdir(tasksDir);
  const token = `${Math.floor(Math.random() * 1e9) + 1e9}:${'test'.repeat(9)}`;
  // A press waits for its answer however long this machine takes.
  const api = await startBotApi({ token, callbackLifetimeMs: 600_000, ...given.api });
  const standIn = (): StandIn => createStandIn({ tasksDir, delay: given.delay ?? 20 });
  const log = createLogger({ name: 'bot', level: process.env.BOT_TEST_LOG ?? 'silent' });
  let pipeline = standIn();
  const erasing = createTestEraser(() => pipeline, { databaseUrl, tasksDir });
  const options = (pipeline: StandIn): AppOptions => ({
    token: api.token,
    apiRoot: api.url,
    localDir: null,
    databaseUrl,
    pipeline,
    eraser: erasing.eraser,
    transcripts: erasing.transcripts,
    tasksDir,
    bot: {
      operators: [1],
      defaultModel: 'base',
      models: async () => ['base', 'small'],
      largest: 20_000_000,
      keep: { audio: 3600, results: 604_800 },
    },
    limits: limitSchema.parse({}),
    webhook: null,
    log,
    progressInterval: 300,
    ...given.app,
  });
  const harness: Harness = {
    api,
    app: await startApp(options(pipeline)),
    pipeline,
    tasksDir,
    databaseUrl,
    options: options(pipeline),
    restart: async () => {
      await harness.app.close(2000);
      pipeline = standIn();
      harness.pipeline = pipeline;
      harness.app = await startApp(options(pipeline));
    },
    close: async () => {
      await harness.app.close(0);
      await erasing.close();
      await api.close();
      await directory.remove();
    },
  };
  return harness;
};

/** A recording that says this, for the stand-in. */
export const saying = (text: string): Uint8Array => Buffer.from(text);

/** The bot's messages, without spaces that only lay them out. */
export const texts = (chat: ChatView): string[] => chat.fromBot.map((message) => message.text);
