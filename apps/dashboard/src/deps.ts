import type { AnalyticsDatabase } from '@whisper-bot/analytics';
import type { Eraser, Rules } from '@whisper-bot/assembly';
import type { WorkerPipeline } from '@whisper-bot/pipeline';
import type { Logger } from '@whisper-bot/runtime';
import type { Store } from '@whisper-bot/store';
import type { TranscriptStore } from '@whisper-bot/task';
import type { Application } from 'express';
import type { Provider } from './admin/sign-in/provider/provider.js';
import type { SetupToken } from './admin/sign-in/setup-token.js';
import type { Admission } from './api/admission.js';
import type { Webhooks } from './api/webhook/webhook.js';
import type { Metrics } from './domain/metrics.js';
import type { ModelShelf } from './domain/model.js';
import type { QueueStatus } from './domain/queue-status.js';
import type { Settings } from './domain/setting.js';
import type { Patience } from './web/upload-timeout.js';

/** The dependencies of pages and of the API. */
export interface DashboardDeps {
  store: Store;
  transcripts: TranscriptStore;
  settings: Settings;
  /** The settings in force, in seconds and bytes. */
  rules: Rules;
  pipeline: WorkerPipeline;
  /** Removes tasks from every place. */
  eraser: Pick<Eraser, 'tasks'>;
  /** Queues, workers and disk as they are right now. */
  queueStatus: QueueStatus;
  /** Null where no figures are kept. */
  analytics: AnalyticsDatabase | null;
  models: ModelShelf;
  metrics: Metrics;
  /** What the holders of keys may do. */
  admission: Admission;
  /** Calls back those who asked for it. */
  webhooks: Webhooks;
  setup: SetupToken;
  /** The identity provider people may sign in through; null where there is none. */
  provider: Provider | null;
  /** Bull Board, without guards of its own. */
  board: Application;
  logger: Logger;
  /** Aborts when the process ends. */
  closing: AbortSignal;
  options: DashboardOptions;
}

export interface DashboardOptions {
  /** Whether people may sign in with a password. */
  passwordSignIn: boolean;
  tasksDir: string;
  /** Bytes. */
  maxFileSize: number;
  /** Bytes; below it nothing is accepted. */
  minFreeDisk: number;
  /** How slow the sender of a recording may be, where it differs from the usual. */
  uploadPatience: Partial<Patience>;
  /** Milliseconds between two signs of life to a client that waits for its answer. */
  answerBeat: number;
  /** Express's `trust proxy`: addresses or names of what stands in front; empty for nothing. */
  trustProxy: string;
  /** Needed by whoever reads /metrics from another machine; null: from this one only. */
  metricsToken: string | null;
  /** The settings of the environment as they are shown: names, values without secrets. */
  environment: readonly (readonly [name: string, value: string])[];
}
