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

const pipeline = createPipeline({
  redis: config.redisUrl,
  tasksDir: config.tasksDir,
  minimumFree: config.minFreeDisk,
  // Without a database nobody serves the record.
  record: config.databaseUrl !== null,
  retention: { keepSource: config.keepSource, artefact: config.resultTtl },
  log: logger,
});
lifecycle.onClose('pipeline', () => pipeline.close());

const engines = createRealEngines({ config, repository: readMachine().repository, logger });
lifecycle.onClose('engines', () => engines.close());

const worker = await createWorker(
  { pipeline, engines },
  { maximumSeconds: config.maxDuration, concurrency: { transcribe: config.workerConcurrency } },
);
lifecycle.onClose('worker', () => worker.close(config.shutdownGrace * 1000));

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
