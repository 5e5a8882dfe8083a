import type { AnalyticsDatabase } from '@whisper-bot/analytics';
import type { Eraser, Rules } from '@whisper-bot/assembly';
import type { WorkerPipeline } from '@whisper-bot/pipeline';
import type { Logger } from '@whisper-bot/runtime';
import type { Store } from '@whisper-bot/store';
import type { TranscriptStore } from '@whisper-bot/task';
import type { Application } from 'express';
import type { Metrics } from '../domain/metrics.js';
import type { ModelShelf } from '../domain/model.js';
import type { QueueStatus } from '../domain/queue-status.js';
import type { Settings } from '../domain/setting.js';
import type { UploadOptions } from '../domain/upload.js';
import type { Provider } from './sign-in/provider/provider.js';
import type { SetupToken } from './sign-in/setup-token.js';

/** What the pages work with; each handler names the parts it takes. */
export interface AdminDeps
  extends Pick<
    Store,
    | 'tasks'
    | 'accounts'
    | 'identities'
    | 'signIns'
    | 'sessions'
    | 'attempts'
    | 'audit'
    | 'keys'
    | 'people'
    | 'usage'
    | 'ping'
  > {
  transcripts: TranscriptStore;
  settings: Settings;
  /** The settings in force, in seconds and bytes. */
  rules: Rules;
  pipeline: WorkerPipeline;
  /** Removes tasks from every place. */
  eraser: Pick<Eraser, 'tasks'>;
  /** Queues, workers and disk as they are right now. */
  queueStatus: QueueStatus;
  /** Null where no analytics are kept. */
  analytics: AnalyticsDatabase | null;
  models: ModelShelf;
  metrics: Metrics;
  setup: SetupToken;
  /** The identity provider people may sign in through; null where there is none. */
  provider: Provider | null;
  /** Bull Board, without guards of its own. */
  board: Application;
  logger: Logger;
  /** Aborts when the process ends. */
  closing: AbortSignal;
  options: AdminOptions;
}

export interface AdminOptions extends UploadOptions {
  /** Whether people may sign in with a password. */
  passwordSignIn: boolean;
  /** Bytes; below it nothing is accepted. */
  minFreeDisk: number;
  /** Token for reading /metrics from another machine; null: from this one only. */
  metricsToken: string | null;
  /** Express's `trust proxy`: addresses or names of what stands in front; empty for nothing. */
  trustProxy: string;
  /** The settings of the environment as they are shown: names, values without secrets. */
  environment: readonly (readonly [name: string, value: string])[];
}
