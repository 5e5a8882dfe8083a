import type { Installation } from '@whisper-bot/assembly';
import { type Config, describeConfig } from '@whisper-bot/config';
import type { Lifecycle, Logger } from '@whisper-bot/runtime';
import { createBoard } from './admin/board/board.js';
import { createProvider } from './admin/sign-in/provider/provider.js';
import { createSetupToken } from './admin/sign-in/setup-token.js';
import { createAdmission } from './api/admission.js';
import type { Resolve } from './api/webhook/address.js';
import { createWebhooks } from './api/webhook/webhook.js';
import type { DashboardDeps } from './deps.js';
import { createDashboardMetrics } from './domain/metrics.js';
import { createModelShelf } from './domain/model.js';
import { createQueueStatus } from './domain/queue-status.js';
import type { UploadTimeouts } from './web/upload-timeout.js';

export interface OpenDepsOptions {
  installation: Installation;
  config: Config;
  /** Folder of the models that came with the product. */
  shippedModels: string;
  /** Where models are downloaded from; default the Hugging Face hub. */
  hub?: string;
  /** How the hosts of webhooks are looked up; default the system's resolver. */
  resolve?: Resolve;
  /** How slow the sender of a recording may be; default as in web/upload-timeout.ts. */
  uploadTimeouts?: Partial<UploadTimeouts>;
  /** As `ApiOptions.answerBeat`; default 10 s. */
  answerBeat?: number;
  logger: Logger;
  lifecycle: Pick<Lifecycle, 'onClose' | 'signal'>;
}

/** Milliseconds the database may take to come up. */
const patience = 60_000;

/** Opens all that the pages work with. Rejects where the database does not answer in time. */
export const openDeps = async (options: OpenDepsOptions): Promise<DashboardDeps> => {
  const { installation, config, shippedModels, hub, resolve, logger, lifecycle } = options;
  if (installation.store === null || installation.eraser === null) throw new Error('The dashboard needs a database.');
  const store = await installation.store.within(patience);
  const settings = await installation.rules.opened;
  const { pipeline, rules, transcripts } = installation;
  const queueStatus = createQueueStatus(pipeline, config.tasksDir);
  return {
    ...store,
    transcripts,
    settings,
    rules,
    pipeline,
    eraser: installation.eraser,
    queueStatus,
    analytics: installation.analytics,
    models: createModelShelf({
      modelsDir: config.modelsDir,
      shippedDir: shippedModels,
      hub: hub ?? config.modelsUrl,
      closing: lifecycle.signal,
    }),
    metrics: createDashboardMetrics(queueStatus, installation.metrics.registry),
    admission: createAdmission(store, pipeline),
    webhooks: createWebhooks({
      pipeline,
      store,
      tasksDir: config.tasksDir,
      allowPrivate: config.webhookPrivate,
      logger,
      ...(resolve === undefined ? {} : { resolve }),
    }),
    setup: createSetupToken(store.accounts, config.passwordSignIn),
    provider: createProvider(config),
    board: createBoard(pipeline, '/board'),
    logger,
    closing: lifecycle.signal,
    options: {
      passwordSignIn: config.passwordSignIn,
      tasksDir: config.tasksDir,
      maxFileSize: config.maxFileSize,
      minFreeDisk: config.minFreeDisk,
      uploadTimeouts: options.uploadTimeouts ?? {},
      answerBeat: options.answerBeat ?? 10_000,
      trustProxy: config.dashboardTrustProxy ?? '',
      metricsToken: config.metricsToken,
      environment: describeConfig(config),
    },
  };
};
