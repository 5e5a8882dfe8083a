import { hostname } from 'node:os';
import { join } from 'node:path';
import { createRecorder, openAnalytics, recordPipeline } from '@whisper-bot/analytics';
import { readMachine, resolveConfig } from '@whisper-bot/config';
import { startGateway } from '@whisper-bot/gateway';
import { createPipeline } from '@whisper-bot/pipeline';
import { announceReady, createLifecycle, createLogger } from '@whisper-bot/runtime';
import { createRealEngines } from './real-engines.js';
import { createWorker } from './worker.js';

// One process works all stages; any number of them run against the same Redis and volume.
const config = resolveConfig({ env: process.env });
const logger = createLogger({ name: 'worker', level: config.logLevel });
const lifecycle = createLifecycle({ logger, graceMs: (config.shutdownGrace + 10) * 1000 });
if (config.redisUrl === null) throw new Error('REDIS_URL is not set; `./whisper-bot up` starts a Redis and sets it.');

const worker = `${hostname()}-${process.pid}`;
const figures = config.clickhouseUrl === null ? null : openAnalytics({ url: config.clickhouseUrl });
const recorder =
  figures && createRecorder({ database: figures, spoolDir: join(config.home, 'spool', 'figures'), logger });
if (recorder !== null) {
  lifecycle.onClose('figures', async () => {
    await recorder.close();
    await figures?.close();
  });
}

const pipeline = createPipeline({
  redis: config.redisUrl,
  tasksDir: config.tasksDir,
  minimumFree: config.minFreeDisk,
  // Without a database nobody serves the record.
  record: config.databaseUrl !== null,
  retention: { keepSource: config.keepSource, artefact: config.resultTtl },
  log: logger,
  ...(recorder === null ? {} : { observe: recordPipeline(recorder, worker) }),
});
lifecycle.onClose('pipeline', () => pipeline.close());

const engines = createRealEngines({ config, repository: readMachine().repository, logger });
lifecycle.onClose('engines', () => engines.close());

const working = await createWorker(
  { pipeline, engines },
  {
    maximumSeconds: config.maxDuration,
    concurrency: { transcribe: config.workerConcurrency },
    name: worker,
    model: config.model,
  },
);
lifecycle.onClose('worker', () => working.close(config.shutdownGrace * 1000));

const gateway = await startGateway({
  redis: config.redisUrl,
  pipeline,
  tasksDir: config.tasksDir,
  isKnownModel: (name) => engines.knowsModel(name),
  logger,
});
lifecycle.onClose('gateway', () => gateway.close());
logger.info({ tasksDir: config.tasksDir, threads: config.threads }, 'working');
announceReady();
