import { parentPort, workerData } from 'node:worker_threads';
import { collectAnalysis } from './analysis/analysis.js';
import { clusterSpeakers } from './cluster/speaker.js';
import type { ClusteringMessage, ClusteringTask } from './clustering.js';
import { timeline } from './timeline/timeline.js';

// The entry of the thread that clustering.ts starts. Nothing here imports zod: to load it takes three times as long as all else.
const { count, duration, speakers } = workerData as ClusteringTask;
const { analysis, add } = collectAnalysis(count);

parentPort?.on('message', (message: ClusteringMessage) => {
  if ('part' in message) add(message.part);
  else parentPort?.postMessage(timeline(analysis, clusterSpeakers(analysis, speakers), duration));
});
