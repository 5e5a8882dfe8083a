import { Worker } from 'node:worker_threads';
import { type SpeakerCount, TaskError, type TaskErrorCode } from '@whisper-bot/task';
import type { SpeakerTurn } from '@whisper-bot/transcript';
import { z } from 'zod';
import { builtEntry } from '../built-entry.js';
import { type Part, partSchema } from './analysis/part.js';

export interface ClusteringTask {
  /** Windows of the recording, also those that are not analysed. */
  count: number;
  /** Of the recording, seconds. */
  duration: number;
  speakers: SpeakerCount;
}
export type ClusteringMessage = { part: Part } | { all: true };

export interface Clustering {
  /** Hands on diarize-child's result for the next window; what is out of shape breaks it. Does not throw. */
  add(part: unknown): void;
  /** Aborts once there will be no turns; its reason is a TaskError (`engine-crashed`, `engine-memory`, `time-limit`). */
  readonly broken: AbortSignal;
  /**
   * Who speaks when, in the windows that were handed on. Rejects with the reason of `signal` or of `broken`; `broken` aborts where it
   * takes more than `timeLimitMs`.
   */
  turns(signal: AbortSignal, timeLimitMs: number): Promise<SpeakerTurn[]>;
  /** Ends the thread, whatever it is doing. */
  close(): Promise<void>;
}

const sentences = {
  'engine-crashed': 'The speech engine stopped unexpectedly.',
  'engine-memory': 'The speech engine needed more memory than it may have.',
  'time-limit': 'This took longer than it may and was stopped.',
} satisfies Partial<Record<TaskErrorCode, string>>;

/**
 * Makes speakers of one recording's voices in a thread of its own: clustering hours takes seconds, and the caller's process talks
 * to Redis meanwhile. The thread lives as long as the recording is analysed. `windows`: indexes of those that are analysed, in order.
 */
export const startClustering = (windows: readonly number[], task: ClusteringTask): Clustering => {
  const thread = new Worker(builtEntry('cluster-thread'), {
    workerData: task,
    // Ten hours take a quarter of it; what lies in blocks does not count.
    resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 128 },
  });
  let received = 0;
  const broken = new AbortController();
  const fail = (code: keyof typeof sentences, cause: string) =>
    broken.abort(new TaskError(code, sentences[code], { cause }));
  thread.on('error', (error: NodeJS.ErrnoException) =>
    fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'engine-memory' : 'engine-crashed', error.stack ?? error.message),
  );
  thread.on('exit', (exitCode) => fail('engine-crashed', `the clustering ended with exit code ${exitCode}`));
  return {
    add(message) {
      const { data: part, error } = partSchema.safeParse(message);
      if (error) fail('engine-crashed', z.prettifyError(error));
      else if (part.window !== windows[received])
        fail('engine-crashed', `window ${part.window}, not ${windows[received]}`);
      else {
        received++;
        thread.postMessage({ part } satisfies ClusteringMessage);
      }
    },
    broken: broken.signal,
    async turns(signal, timeLimitMs) {
      if (received < windows.length) fail('engine-crashed', `${received} windows, not ${windows.length}`);
      const limit = setTimeout(fail, timeLimitMs, 'time-limit', `the clustering took over ${timeLimitMs} ms`);
      const over = AbortSignal.any([signal, broken.signal]);
      try {
        over.throwIfAborted();
        return await new Promise<SpeakerTurn[]>((resolve, reject) => {
          thread.once('message', resolve);
          over.addEventListener('abort', () => reject(over.reason), { once: true });
          thread.postMessage({ all: true } satisfies ClusteringMessage);
        });
      } finally {
        clearTimeout(limit);
      }
    },
    close: async () => void (await thread.terminate()),
  };
};
