import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import type { TaskId } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Delivery, StateChange } from '../contract.js';
import type { WorkerPipeline } from '../pipeline.js';
import { createStage, newTask, openPipeline, type Stage } from '../test/stand-in.js';
import type { Work } from '../worker/workers.js';

const prefix = 'dead-letter-test';
let redis: TestRedis;
let client: Redis;
let pipeline: WorkerPipeline & { tasksDir: string };
let stage: Stage;
let work: Work;
let deliveries: Delivery[];
let changes: StateChange[];
let served: { close(): Promise<void> }[];
let broken: string | null;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  client = new Redis(redis.url, { maxRetriesPerRequest: null });
  pipeline = await openPipeline(redis.url, { prefix, record: true });
  stage = createStage(2);
  broken = 'transcribe-1';
  stage.behave = async (part) => {
    if (part === broken) throw new Error('the model file is unreadable');
  };
  work = await pipeline.work(stage.handlers);
  deliveries = [];
  changes = [];
  served = [
    await pipeline.serveDeliveries('folder', async (delivery) => {
      deliveries.push(delivery);
    }),
    await pipeline.serveRecord(async (change) => {
      changes.push(change);
    }),
  ];
});
afterEach(async () => {
  await work.close();
  for (const one of served) await one.close();
  await pipeline.close();
  await client.flushall();
  client.disconnect();
});

/** As another program (Bull Board) sees the queue. */
const foreign = (name: string): Queue => new Queue(name, { connection: client, prefix });
const ended = (id: TaskId) => pipeline.untilEnded(id, AbortSignal.timeout(120_000));
const letterOf = (id: TaskId) =>
  until(async () => {
    const deadLetter = (await pipeline.deadLetters()).find(({ taskId }) => taskId === id);
    return deadLetter !== undefined && (await (await foreign('dead').getJob(deadLetter.id))?.isFailed())
      ? deadLetter
      : null;
  });
const kinds = () => deliveries.map(({ kind }) => kind);

const failForGood = async (): Promise<TaskId> => {
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  const end = await ended(task.id);
  expect(end).toMatchObject({
    state: 'failed',
    failure: { code: 'internal', cause: 'the model file is unreadable', stage: 'transcribe' },
  });
  const deadLetter = await letterOf(task.id);
  expect(deadLetter).toMatchObject({ stage: 'transcribe', cause: 'the model file is unreadable', attempts: 3 });
  expect((await foreign('dead').getJob(deadLetter.id))?.failedReason).toContain('the model file is unreadable');
  await until(() => deliveries.length === 1);
  expect(kinds()).toEqual(['failure']);
  return task.id;
};

const retries: Record<string, (id: TaskId) => Promise<unknown>> = {
  'from the admin pages': async (id) => expect(await pipeline.retry(id)).toBe(true),
  "by Bull Board's retry of the job that failed": async (id) => {
    await (await foreign('transcribe').getJob(`${id}-transcribe-1-r1`))?.retry('failed');
  },
  "by Bull Board's retry of the dead letter": async (id) => {
    await (await foreign('dead').getJob((await letterOf(id)).id))?.retry('failed');
  },
};

test.each(Object.keys(retries))(
  'a dead task retried %s resumes, is delivered once, and its letter goes',
  async (way) => {
    const id = await failForGood();
    broken = null;
    stage.log.length = 0;
    await retries[way]?.(id);
    await until(() => deliveries.length === 2);
    expect((await ended(id)).state).toBe('done');
    expect(kinds()).toEqual(['failure', 'result']);
    // What had been finished was not done again.
    expect(stage.log).toEqual(['transcribe-1', 'merge']);
    await until(async () => (await pipeline.deadLetters()).length === 0);
    await until(() => changes.at(-1)?.state === 'done');
    expect(changes.filter(({ state }) => state === 'done')).toHaveLength(1);
    expect(changes.filter(({ state }) => state === 'failed')).toHaveLength(1);
  },
);

test('a retry while the cause is still there ends in dead again, reported once', async () => {
  const id = await failForGood();
  const first = await letterOf(id);
  await pipeline.retry(id);
  await until(async () => (await letterOf(id)).failedAt !== first.failedAt);
  expect((await ended(id)).state).toBe('failed');
  expect(kinds()).toEqual(['failure']);
  await until(() => changes.filter(({ state }) => state === 'failed').length === 2);
});

test('a failure whose worker died before reporting it is reported by another', async () => {
  const id = await failForGood();
  await (await foreign('dead').getJob(`${id}-transcribe-1-r1`))?.remove();
  expect(await pipeline.deadLetters()).toEqual([]);
  const other = await pipeline.work(stage.handlers, { lockDuration: 200 });
  await letterOf(id);
  expect(kinds()).toEqual(['failure']);
  await other.close();
});

test('a delivery that keeps failing is dead as well, and is retried alone', async () => {
  broken = null;
  await served.shift()?.close();
  let refuse = true;
  served.push(
    await pipeline.serveDeliveries('folder', async (delivery) => {
      if (refuse) throw new Error('chat not found');
      deliveries.push(delivery);
    }),
  );
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  expect((await ended(task.id)).state).toBe('failed');
  expect(await letterOf(task.id)).toMatchObject({ stage: 'deliver', cause: 'chat not found', attempts: 3 });
  refuse = false;
  stage.log.length = 0;
  await pipeline.retry(task.id);
  await until(() => deliveries.length === 1);
  expect((await ended(task.id)).state).toBe('done');
  expect(kinds()).toEqual(['result']);
  expect(stage.log).toEqual([]);
});
