import { Worker } from 'node:worker_threads';
import type { Heard } from './hearing.js';

export interface HearingQuestion {
  id: number;
  /** Path of the segmentation network. */
  network: string;
  threads: number;
  /** Windows, one after another. */
  samples: Float32Array<ArrayBuffer>;
  /** Their places in the recording. */
  indexes: number[];
}
export type HearingAnswer = { id: number; heard: Heard } | { id: number; error: string };

interface Waiting {
  resolve: (heard: Heard) => void;
  reject: (error: Error) => void;
}

let worker: Worker | undefined;
const waiting = new Map<number, Waiting>();
let nextId = 1;

/**
 * The segmentation in a thread of its own (onnxruntime-node's runs block the thread they are called on), so that voices are
 * listened to while the next windows are segmented: one thread for each network uses two cores better than two threads for
 * both. Takes `samples` over and gives them back. Rejects with what the network threw.
 */
export const hearAside = (question: Omit<HearingQuestion, 'id'>): Promise<Heard> =>
  new Promise((resolve, reject) => {
    worker ??= start();
    const id = nextId++;
    waiting.set(id, { resolve, reject });
    worker.ref();
    worker.postMessage({ id, ...question } satisfies HearingQuestion, [question.samples.buffer]);
  });

const start = (): Worker => {
  const thread = new Worker(new URL('./hearing-thread.js', import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 },
  });
  thread.on('message', (answer: HearingAnswer) => {
    const { resolve, reject } = waiting.get(answer.id) as Waiting;
    waiting.delete(answer.id);
    // Idle, it keeps no process alive.
    if (waiting.size === 0) thread.unref();
    if ('heard' in answer) resolve(answer.heard);
    else reject(new Error(answer.error));
  });
  thread.on('error', (error: Error) => {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  return thread;
};
