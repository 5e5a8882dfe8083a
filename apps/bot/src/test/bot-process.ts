import { createLogger } from '@whisper-bot/runtime';
import { z } from 'zod';
import { startApp } from '../app.js';
import { limitSchema } from '../limit/policy.js';
import { createTestEraser } from './eraser.js';
import { createStandIn } from './stand-in.js';

// A bot of its own process, to be killed: `node bot-process.js '{"token": …}'`.
const given = z
  .object({
    token: z.string(),
    apiRoot: z.string(),
    databaseUrl: z.string(),
    tasksDir: z.string(),
    delay: z.number(),
    logLevel: z.string(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const pipeline = createStandIn({ tasksDir: given.tasksDir, delay: given.delay });
const { eraser, transcripts } = createTestEraser(() => pipeline, given);
const app = await startApp({
  ...given,
  localDir: null,
  pipeline,
  eraser,
  transcripts,
  bot: {
    operators: [],
    defaultModel: 'base',
    models: async () => ['base'],
    largest: 20_000_000,
    keep: { audio: 3600, results: 604_800 },
  },
  limits: limitSchema.parse({}),
  webhook: null,
  log: createLogger({ name: 'bot', level: given.logLevel }),
});
process.once('SIGTERM', () => void app.close(5000).then(() => process.exit(0)));
// Never outlives the test that started it.
process.once('disconnect', () => process.exit(1));
process.send?.('ready');
void app.stopped.then((cause) => {
  process.stderr.write(`${cause}\n`);
  process.exit(1);
});
