import { type Installation, openLiveSettings } from '@whisper-bot/assembly';
import { type Config, describeConfig } from '@whisper-bot/config';
import type { Lifecycle, Logger } from '@whisper-bot/runtime';
import { createSetupToken } from '../auth/setup.js';
import { createBoard } from '../board/board.js';
import type { Desk } from '../desk.js';
import { createMetrics } from '../metric/metric.js';
import { createFloor } from './floor.js';
import { createModelShelf } from './model.js';

export interface OpenDeskOptions {
  installation: Installation;
  config: Config;
  databaseUrl: string;
  /** Folder of the models that came with the product. */
  shippedModels: string;
  /** Where models are downloaded from; default the Hugging Face hub. */
  hub?: string;
  logger: Logger;
  lifecycle: Pick<Lifecycle, 'onClose' | 'signal'>;
}

/** Milliseconds the database may take to come up. */
const patience = 60_000;

/** Opens all that the pages work with. Rejects where the database does not answer in time. */
export const openDesk = async (options: OpenDeskOptions): Promise<Desk> => {
  const { installation, config, databaseUrl, shippedModels, hub, logger, lifecycle } = options;
  if (installation.store === null) throw new Error('The dashboard needs a database.');
  const store = await installation.store.within(patience);
  const settings = await openLiveSettings(store, { ...config, databaseUrl }, (err) =>
    logger.warn({ err }, 'settings are not up to date'),
  );
  lifecycle.onClose('settings', () => settings.close());
  const { pipeline } = installation;
  const floor = createFloor(pipeline, config.tasksDir);
  return {
    store,
    settings,
    pipeline,
    floor,
    analytics: installation.analytics,
    models: createModelShelf({
      modelsDir: config.modelsDir,
      shippedDir: shippedModels,
      ...(hub === undefined ? {} : { hub }),
      closing: lifecycle.signal,
    }),
    metrics: createMetrics(floor),
    setup: createSetupToken(store.accounts),
    board: createBoard(pipeline, '/board'),
    logger,
    closing: lifecycle.signal,
    options: {
      tasksDir: config.tasksDir,
      maxDuration: config.maxDuration,
      maxFileSize: config.maxFileSize,
      minFreeDisk: config.minFreeDisk,
      trustProxy: config.dashboardTrustProxy ?? '',
      metricsToken: config.metricsToken,
      environment: describeConfig(config),
    },
  };
};
