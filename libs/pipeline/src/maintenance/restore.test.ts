import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import type { EndedTask, Task, TaskId } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Delivery, StateChange } from '../contract.js';
import type { WorkerPipeline } from '../pipeline.js';
import { createStage, newTask, openPipeline, type Stage } from '../test/stand-in.js';
import type { Work } from '../worker/workers.js';

const prefix = 'restore-test';
let redis: TestRedis;
let client: Redis;
let pipeline: WorkerPipeline & { tasksDir: string };
let stage: Stage;
let work: Work | null;
let deliveries: Delivery[];
let changes: StateChange[];
let served: { close(): Promise<void> }[];
let broken: boolean;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  client = new Redis(redis.url, { maxRetriesPerRequest: null });
  pipeline = await openPipeline(redis.url, { prefix, record: true });
  stage = createStage(1);
  broken = true;
  stage.behave = async (part) => {
    if (broken && part === 'transcribe-0') throw new Error('the model file is unreadable');
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
  await work?.close();
  for (const one of served) await one.close();
  await pipeline.close();
  await client.flushall();
  client.disconnect();
});

const ended = (id: TaskId) => pipeline.untilEnded(id, AbortSignal.timeout(120_000));

/** A task that has failed for good and been reported, as the record then has it; Redis is emptied. */
const failedAndForgotten = async (unreported = false): Promise<EndedTask> => {
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  await ended(task.id);
  await until(() => deliveries.length === 1);
  const change = await until(() => changes.find(({ state }) => state === 'failed'));
  await client.flushall();
  expect(await pipeline.progress(task.id)).toBeNull();
  expect(await pipeline.deadLetters()).toEqual([]);
  deliveries.length = 0;
  stage.log.length = 0;
  return {
    task,
    state: 'failed',
    at: change.at,
    cause: change.cause ?? null,
    stage: change.stage ?? null,
    unreported,
  };
};

const retries: Record<string, (task: Task) => Promise<unknown>> = {
  'from the pages': ({ id }) => pipeline.retry(id),
  "by Bull Board's retry of the dead letter": async () => {
    const [letter] = await pipeline.deadLetters();
    const dead = new Queue('dead', { connection: client, prefix });
    const job = await until(async () => {
      const found = await dead.getJob(letter?.id ?? '');
      return (await found?.isFailed()) === true && found;
    });
    await job.retry('failed');
  },
};

test.each(Object.keys(retries))(
  'the dead letter of a task that failed before Redis was emptied lies there again, and is retried %s',
  async (way) => {
    const failed = await failedAndForgotten();
    expect(failed).toMatchObject({ stage: 'transcribe', cause: 'internal: the model file is unreadable' });
    expect(await pipeline.restore(failed)).toBe(true);
    expect(await pipeline.restore(failed)).toBe(false);
    expect(await pipeline.progress(failed.task.id)).toMatchObject({
      state: 'failed',
      failure: { code: 'internal', cause: 'the model file is unreadable', stage: 'transcribe' },
    });
    expect(await pipeline.deadLetters()).toMatchObject([
      { taskId: failed.task.id, stage: 'transcribe', code: 'internal', failedAt: failed.at },
    ]);
    broken = false;
    await retries[way]?.(failed.task);
    await until(() => deliveries.length === 1);
    expect(deliveries[0]?.kind).toBe('result');
    expect((await ended(failed.task.id)).state).toBe('done');
    await until(async () => (await pipeline.deadLetters()).length === 0);
  },
);

test('its sender is notified where that was still to be done, and not a second time', async () => {
  expect(await pipeline.restore(await failedAndForgotten(true))).toBe(true);
  await until(() => deliveries.length === 1);
  expect(deliveries[0]).toMatchObject({ kind: 'failure', code: 'internal', stage: 'transcribe' });
});

test('a task that was done is known again, without any message, and a second submission is the same task', async () => {
  broken = false;
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  await ended(task.id);
  const { at } = await until(() => changes.find(({ state }) => state === 'done'));
  await client.flushall();
  const seen: string[] = [];
  const stop = await pipeline.watch('all', ({ state }) => seen.push(state));
  expect(await pipeline.restore({ task, state: 'done', at, cause: null, stage: null, unreported: false })).toBe(true);
  expect(await pipeline.progress(task.id)).toMatchObject({ state: 'done', percent: 100 });
  expect(await pipeline.submit(task)).toBe('known');
  expect(seen).toEqual([]);
  expect(deliveries).toHaveLength(1);
  expect(await client.ttl(`${prefix}:task:${task.id}`)).toBeGreaterThan(6 * 24 * 3600);
  await stop();
});

test('nothing is restored of a task whose folder is gone', async () => {
  const failed = await failedAndForgotten();
  const other = await newTask(pipeline.tasksDir);
  expect(await pipeline.restore({ ...failed, task: other })).toBe(false);
  expect(await pipeline.deadLetters()).toEqual([]);
});

test('a retry is in the record before its job is taken up, and Redis says that it waits', async () => {
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  await ended(task.id);
  await until(() => changes.at(-1)?.state === 'failed');
  await work?.close();
  work = null;
  expect(await pipeline.retry(task.id)).toBe(true);
  await until(() => changes.at(-1)?.state === 'accepted');
  expect(await pipeline.progress(task.id)).toMatchObject({ state: 'accepted' });
  expect((await pipeline.progress(task.id))?.failure).toBeUndefined();
  broken = false;
  work = await pipeline.work(stage.handlers);
  expect((await ended(task.id)).state).toBe('done');
});

test('restoring goes on with the next call until it has ended, and begins again whenever Redis was emptied', async () => {
  const outcomes = [false, true, true, true];
  let calls = 0;
  const round = () =>
    pipeline.whenEmptied(async () => {
      calls += 1;
      // Emptied once more while the third restores.
      if (calls === 3) await client.flushall();
      return outcomes[calls - 1] ?? true;
    });
  await round();
  await round();
  await round();
  expect(calls).toBe(2);
  await client.flushall();
  await round();
  expect(calls).toBe(3);
  await round();
  await round();
  expect(calls).toBe(4);
});
