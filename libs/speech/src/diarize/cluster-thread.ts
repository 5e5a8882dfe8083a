import { parentPort, workerData } from 'node:worker_threads';
import type { SpeakerTurn } from '@whisper-bot/transcript';
import { collectAnalysis } from './analysis/analysis.js';
import { partSchema } from './analysis/part.js';
import { clusterSpeakers } from './cluster/speaker.js';
import type { ClusteringMessage, ClusteringTask } from './clustering.js';
import { timeline } from './timeline/timeline.js';

// The entry of the thread that clustering.ts starts. What is thrown here ends it and reaches the other side.
const { windows, count, duration, speakers } = workerData as ClusteringTask;
const { analysis, add } = collectAnalysis(count);
let heard = 0;

const take = (message: unknown) => {
  const part = partSchema.parse(message);
  if (part.window !== windows[heard]) throw new Error(`window ${part.window} instead of ${windows[heard]}`);
  add(part);
  heard++;
};

const turns = (): SpeakerTurn[] => {
  if (heard < windows.length) throw new Error(`${heard} windows instead of ${windows.length}`);
  return timeline(analysis, clusterSpeakers(analysis, speakers), duration);
};

parentPort?.on('message', (message: ClusteringMessage) => {
  if ('part' in message) take(message.part);
  else parentPort?.postMessage(turns());
});
