import { createDeliverFolder, type StageHandlers, type WorkerPipeline, type WorkOptions } from '@whisper-bot/pipeline';
import type { Engines } from './engines.js';
import { createDiarize } from './stage/diarize.js';
import { createMerge } from './stage/merge.js';
import { createPrepare } from './stage/prepare.js';
import { createTranscribe } from './stage/transcribe.js';

export interface WorkerOptions extends WorkOptions {
  /** Longest recording taken, seconds, asked for each; default a day. */
  maximumSeconds?: () => number;
}

/** A running worker. */
export interface Worker {
  /** Takes nothing more; waits up to `grace` milliseconds for what runs, then puts it back for another worker. */
  close(grace?: number): Promise<void>;
}

/** Works every stage in this process with the given engines; they and the pipeline stay the caller's to close. */
export const createWorker = async (
  { pipeline, engines }: { pipeline: WorkerPipeline; engines: Engines },
  { maximumSeconds = () => 24 * 3600, ...options }: WorkerOptions = {},
): Promise<Worker> => {
  const handlers: StageHandlers = {
    prepare: createPrepare({ engines, limit: { maximumSeconds }, transcribers: () => pipeline.transcribers() }),
    diarize: createDiarize({ engines, again: (id) => pipeline.revise(id, {}) }),
    transcribe: createTranscribe(engines),
    merge: createMerge(engines),
  };
  const work = await pipeline.work(handlers, options);
  const folder = await pipeline.serveDeliveries('folder', createDeliverFolder(pipeline), {
    ...(options.lockDuration === undefined ? {} : { lockDuration: options.lockDuration }),
  });
  return {
    close: async (grace = 0) => {
      await Promise.all([work.close(grace), folder.close(grace)]);
    },
  };
};
