import { createPipeline } from '@whisper-bot/pipeline';
import { createWorker } from '../worker.js';
import { createStandInEngines } from './stand-in-engines.js';

// A worker process with stand-in engines, for tests that kill it: REDIS PREFIX TASKS_DIR RATE LOCK NAME.
const [redis = '', prefix = '', tasksDir = '', rate = '', lock = '', name = ''] = process.argv.slice(2);
const pipeline = createPipeline({ redis, prefix, tasksDir, minimumFree: 0, retryDelay: 10 });
const engines = createStandInEngines({ rate: Number(rate), name });
await createWorker({ pipeline, engines }, { lockDuration: Number(lock), name });
process.stdout.write('ready\n');
