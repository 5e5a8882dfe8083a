import { parentPort, workerData } from 'node:worker_threads';
import type { HearingAnswer, HearingOptions, HearingQuestion } from './aside.js';
import { hear } from './hearing.js';
import { loadNetwork } from './session.js';

// The entry of the thread that aside.ts starts.
const { network, threads } = workerData as HearingOptions;
parentPort?.on('message', async ({ samples, indexes }: HearingQuestion) => {
  const answer = (message: HearingAnswer, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(message, transfer);
  try {
    const windows = await hear(await loadNetwork(network, threads), samples, indexes);
    const features = windows.flatMap(({ speakers }) => speakers.flatMap((speaker) => speaker.features?.buffer ?? []));
    answer({ heard: { windows, samples } }, [samples.buffer, ...features]);
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) });
  }
});
