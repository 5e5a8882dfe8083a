import { createRealEngines } from './real-engines.js';
import { serveWorker } from './serve.js';

// One process works all stages; any number of them run against the same Redis and volume.
await serveWorker(process.env, createRealEngines);
