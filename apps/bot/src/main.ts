import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { assemble, watchProcess } from '@whisper-bot/assembly';
import { readMachine, resolveConfig } from '@whisper-bot/config';
import { announceReady, createLifecycle, createLogger, exitNeedsOperator } from '@whisper-bot/runtime';
import { BotStopped, startApp } from './app.js';
import { installedModels } from './feature/model.js';
import { createReachability } from './telegram/reachability.js';

// The only process that talks to Telegram. A second one with the same token says so and stops.
const config = resolveConfig({ env: process.env });
const logger = createLogger({ name: 'bot', level: config.logLevel });
const lifecycle = createLifecycle({ logger, graceMs: (config.shutdownGrace + 5) * 1000 });

/** Logs one clear sentence and exits; the supervisor need not restart this process. */
const refuse = (sentence: string, code = exitNeedsOperator): never => {
  process.stderr.write(`${sentence}\n`);
  process.exit(code);
};
if (config.botToken === null) refuse('BOT_TOKEN is not set. @BotFather gives you one.');
if (config.redisUrl === null || config.databaseUrl === null) {
  refuse('REDIS_URL and DATABASE_URL are not set; `./whisper-bot up` starts both and sets them.');
}
const token = config.botToken ?? '';
const apiRoot = config.botApiUrl.replace(/\/+$/, '');

const installation = { config, logger, lifecycle };
const parts = await assemble(installation);
const { pipeline, transcripts, rules, eraser } = parts;
if (eraser === null) throw new Error('The bot needs a database.');
const reachability = createReachability({
  apiRoot,
  log: logger,
  announce: (outage) => pipeline.announceOutage('telegram', outage),
});
lifecycle.onClose('reachability', () => reachability.close());
await watchProcess(parts, installation, () => [reachability.trouble()].filter((trouble) => trouble !== null));

/** Telegram's own limits of a download: 20 MB in the cloud, 2,000 MB from a local server (core.telegram.org/bots/api#getfile). */
const telegramLimit = config.botApiDir === null ? 20e6 : 2e9;
/** Milliseconds that recording what a chat shows waits for PostgreSQL; then it is tried again with the edit. */
const recordPatience = 10_000;
const modelDirectories = [config.modelsDir, join(readMachine().repository, 'models')];

try {
  const app = await startApp({
    token,
    apiRoot,
    localDir: config.botApiDir,
    databaseUrl: config.databaseUrl ?? '',
    pipeline,
    transcripts,
    eraser,
    tasksDir: config.tasksDir,
    bot: {
      operators: config.botOperators,
      get defaultModel() {
        return rules.model;
      },
      usualLanguages: config.usualLanguages,
      models: () => installedModels(modelDirectories),
      largest: Math.min(config.maxFileSize, telegramLimit),
      get keep() {
        return { audio: rules.keepSource ? rules.resultTtl : 3600, results: rules.resultTtl };
      },
    },
    limits: {
      allow: config.botAllow,
      block: config.botBlock,
      minutesPerDay: config.botMinutesPerDay,
      minutesFor: {},
      concurrentTasks: config.botConcurrentTasks,
      get longestRecording() {
        return rules.maxDuration;
      },
    },
    webhook:
      config.botWebhookUrl === null
        ? null
        : {
            url: config.botWebhookUrl,
            secret: config.botWebhookSecret ?? createHash('sha256').update(`webhook:${token}`).digest('hex'),
            host: config.botWebhookHost,
            port: config.botWebhookPort,
          },
    log: logger,
    onMessage: (event) => parts.recorder?.record({ table: 'messages', ...event }),
    onEditShown: async (edit) => (await parts.store?.within(recordPatience))?.tasks.shown(edit),
    reachability,
    onRefusal: (method, code) => parts.metrics.telegramRefused(method, code),
  });
  lifecycle.onClose('bot', (graceMs) => app.close(Math.max(0, graceMs - 2000)));
  announceReady();
  const cause = await app.stopped;
  process.stderr.write(`${cause}\n`);
  await lifecycle.close(cause, exitNeedsOperator);
} catch (error) {
  if (!(error instanceof BotStopped)) throw error;
  logger.error({ err: error.cause }, error.message);
  refuse(error.message, error.needsPerson ? exitNeedsOperator : 1);
}
