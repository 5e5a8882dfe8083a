import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Heard } from './hearing.js';

export interface HearingOptions {
  /** Path of the segmentation network. */
  network: string;
  threads: number;
}
export interface HearingQuestion {
  /** Windows, one after another. */
  samples: Float32Array<ArrayBuffer>;
  /** Their places in the recording. */
  indexes: number[];
}
export type HearingAnswer = { heard: Heard } | { error: string };

export interface Hearing {
  /** One question after another. Takes `samples` over and gives them back. Rejects with what the network threw. */
  hear(samples: Float32Array<ArrayBuffer>, indexes: number[]): Promise<Heard>;
  /** Ends the thread, with the network and its buffers. */
  close(): Promise<void>;
}

/**
 * The segmentation in a thread of its own (onnxruntime-node's runs block the thread they are called on), so that voices are
 * listened to while the next windows are segmented: one thread for each network uses two cores better than two threads for
 * both. The thread lives as long as one recording: to start it takes 0.05 s, idle it would hold 40 MB.
 */
export const startHearing = (options: HearingOptions): Hearing => {
  const thread = new Worker(new URL('./hearing-thread.js', import.meta.url), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 },
  });
  return {
    async hear(samples, indexes) {
      thread.postMessage({ samples, indexes } satisfies HearingQuestion, [samples.buffer]);
      const [answer] = (await once(thread, 'message')) as [HearingAnswer];
      if ('error' in answer) throw new Error(answer.error);
      return answer.heard;
    },
    close: async () => void (await thread.terminate()),
  };
};
