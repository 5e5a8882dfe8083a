import { assemble, keepRecord, watchProcess } from '@whisper-bot/assembly';
import { readMachine, resolveConfig } from '@whisper-bot/config';
import { startGateway } from '@whisper-bot/gateway';
import { announceReady, createLifecycle, createLogger } from '@whisper-bot/runtime';
import type { RealEngines, RealEnginesOptions } from './real-engines.js';
import { warmUp } from './warm-up.js';
import { createWorker } from './worker.js';

/** Runs a worker process as its environment says: all stages and the Streams gateway, until SIGTERM. `openEngines` gives it its engines. */
export const serveWorker = async (
  env: NodeJS.ProcessEnv,
  openEngines: (options: RealEnginesOptions) => RealEngines,
): Promise<void> => {
  const config = resolveConfig({ env });
  const logger = createLogger({ name: 'worker', level: config.logLevel });
  const lifecycle = createLifecycle({ logger, graceMs: (config.shutdownGrace + 10) * 1000 });
  const installation = { config, logger, lifecycle };
  const parts = await assemble(installation);
  const { pipeline, metrics, rules, name } = parts;
  await keepRecord(parts, installation);
  await watchProcess(parts, installation);

  const engines = openEngines({ config, repository: readMachine().repository, logger });
  lifecycle.onClose('engines', () => engines.close());

  const working = await createWorker(
    { pipeline, engines },
    {
      maximumSeconds: () => rules.maxDuration,
      concurrency: { transcribe: config.workerConcurrency },
      name,
      model: config.model,
    },
  );
  lifecycle.onClose('worker', () => working.close(config.shutdownGrace * 1000));

  const gateway = await startGateway({
    redis: config.redisUrl ?? '',
    pipeline,
    tasksDir: config.tasksDir,
    isKnownModel: (model) => engines.knowsModel(model),
    largest: config.maxFileSize,
    logger,
  });
  lifecycle.onClose('gateway', () => gateway.close());
  metrics.watchStreams(() => gateway.lag());
  logger.info({ tasksDir: config.tasksDir, threads: config.threads }, 'working');
  announceReady();
  void warmUp(engines, { model: config.model, signal: lifecycle.signal, logger });
};
