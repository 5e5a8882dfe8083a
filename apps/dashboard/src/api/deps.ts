import type { Eraser } from '@whisper-bot/assembly';
import type { WorkerPipeline } from '@whisper-bot/pipeline';
import type { Logger } from '@whisper-bot/runtime';
import type { Store } from '@whisper-bot/store';
import type { TranscriptStore } from '@whisper-bot/task';
import type { ModelShelf } from '../domain/model.js';
import type { Settings } from '../domain/setting.js';
import type { UploadOptions } from '../domain/upload.js';
import type { Admission } from './admission.js';
import type { Webhooks } from './webhook/webhook.js';

/** What the HTTP API works with; each handler names the parts it takes. */
export interface ApiDeps extends Pick<Store, 'tasks' | 'keys' | 'audit' | 'exclusively'> {
  transcripts: TranscriptStore;
  settings: Settings;
  pipeline: WorkerPipeline;
  /** Removes tasks from every place. */
  eraser: Pick<Eraser, 'tasks'>;
  models: ModelShelf;
  /** What the holders of keys may do. */
  admission: Admission;
  /** Calls back those who asked for it. */
  webhooks: Webhooks;
  logger: Logger;
  /** Aborts when the process ends. */
  closing: AbortSignal;
  options: ApiOptions;
}

export interface ApiOptions extends UploadOptions {
  /** Milliseconds between two signs of life to a client that waits for its answer. */
  answerBeat: number;
}
