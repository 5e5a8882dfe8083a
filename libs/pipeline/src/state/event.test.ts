import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { TaskError } from '@whisper-bot/task';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PipelineEvent } from '../contract.js';
import { createStage, newTask, openPipeline } from '../test/stand-in.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

/** Runs one task and gives what the observer was called with. */
const observed = async (behave: (part: string) => Promise<void>): Promise<PipelineEvent[]> => {
  const events: PipelineEvent[] = [];
  const pipeline = await openPipeline(redis.url, { observe: (event) => events.push(event) });
  const stage = createStage(2);
  stage.behave = behave;
  const work = await pipeline.work({
    ...stage.handlers,
    transcribe: async (call) => {
      call.report(0.6);
      call.note({ audioSeconds: 60, language: 'en', engine: 'stand-in' });
      await stage.handlers.transcribe(call);
    },
  });
  const deliveries = await pipeline.serveDeliveries('folder', async () => undefined);
  const task = await newTask(pipeline.tasksDir, {
    owner: 'tg:7',
    options: { ...(await newTask(pipeline.tasksDir)).options, diarize: false },
  });
  await pipeline.submit(task);
  await pipeline.untilEnded(task.id, AbortSignal.timeout(120_000));
  await work.close();
  await deliveries.close();
  await pipeline.close();
  return events.filter((event) => event.taskId === task.id);
};

const line = ({ event, stage, chunk, attempt }: PipelineEvent) =>
  [event, stage, stage === 'transcribe' ? chunk : null, attempt]
    .filter((part) => part !== null && part !== 0)
    .join(' ');

it('emits every event of a task with its measurements', async () => {
  const events = await observed(async () => undefined);
  const lines = events.map(line);
  for (const mark of [
    'accepted',
    'queued prepare',
    'started prepare 1',
    'finished prepare 1',
    'started merge 1',
    'finished merge 1',
    'delivered deliver',
  ])
    expect(lines.filter((each) => each === mark)).toEqual([mark]);
  const [finished] = events.filter(
    (event) => event.event === 'finished' && event.stage === 'transcribe' && event.chunk === 1,
  );
  expect(finished).toMatchObject({
    task: { owner: 'tg:7', channel: 'folder' },
    percent: 100,
    attempt: 1,
    details: { audioSeconds: 60, language: 'en', engine: 'stand-in' },
  });
  expect(finished?.at).toBeGreaterThanOrEqual(
    events.find((event) => event.event === 'accepted')?.at ?? Number.POSITIVE_INFINITY,
  );
  const progress = events
    .filter((event) => event.event === 'progress' && event.chunk === 1)
    .map((event) => event.percent);
  expect(progress).toEqual([25, 50]);
});

it('emits each failed attempt with its code', async () => {
  let attempts = 0;
  const events = await observed(async (part) => {
    if (part === 'transcribe-0' && ++attempts === 1)
      throw new TaskError('engine-crashed', 'The speech engine stopped.');
  });
  const failed = events.filter((event) => event.event === 'failed');
  expect(failed).toMatchObject([{ stage: 'transcribe', chunk: 0, attempt: 1, code: 'engine-crashed' }]);
  expect(
    events.some(
      (event) => event.event === 'finished' && event.stage === 'transcribe' && event.chunk === 0 && event.attempt === 2,
    ),
  ).toBe(true);
});
