import { parentPort } from 'node:worker_threads';
import type { HearingAnswer, HearingQuestion } from './aside.js';
import { hear } from './hearing.js';
import { loadNetwork } from './session.js';

// The entry of the thread that aside.ts starts.
parentPort?.on('message', async ({ id, network, threads, samples, indexes }: HearingQuestion) => {
  const answer = (message: HearingAnswer, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(message, transfer);
  try {
    const windows = await hear(await loadNetwork(network, threads), samples, indexes);
    answer({ id, heard: { windows, samples } }, [samples.buffer]);
  } catch (error) {
    answer({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
