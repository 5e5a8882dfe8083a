import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { TaskError } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Delivery, StateChange } from '../contract.js';
import type { WorkerPipeline } from '../pipeline.js';
import { createStage, newTask, openPipeline, type Stage } from '../test/stand-in.js';
import type { Work } from '../worker/workers.js';

let redis: TestRedis;
let pipeline: WorkerPipeline & { tasksDir: string };
let stage: Stage;
let work: Work;
let deliveries: Delivery[];
let channel: { close(): Promise<void> };

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  pipeline = await openPipeline(redis.url, { record: true });
  stage = createStage(3);
  work = await pipeline.work(stage.handlers, { concurrency: { transcribe: 2 } });
  deliveries = [];
  channel = await pipeline.serveDeliveries('folder', async (delivery) => {
    deliveries.push(delivery);
  });
});
afterEach(async () => {
  await work.close();
  await channel.close();
  await pipeline.close();
});
const ended = (id: Parameters<WorkerPipeline['untilEnded']>[0]) =>
  pipeline.untilEnded(id, AbortSignal.timeout(120_000));

test('a task runs through all stages and is delivered once', async () => {
  const changes: StateChange[] = [];
  const record = await pipeline.serveRecord(async (change) => {
    changes.push(change);
  });
  const task = await newTask(pipeline.tasksDir);
  expect(await pipeline.submit(task)).toBe('accepted');
  const end = await ended(task.id);
  expect(end).toMatchObject({ state: 'done', percent: 100 });
  expect(stage.log.toSorted()).toEqual(['diarize', 'merge', 'prepare', 'transcribe-0', 'transcribe-1', 'transcribe-2']);
  expect(stage.log.at(-1)).toBe('merge');
  expect(deliveries).toEqual([{ kind: 'result', task, revision: 1 }]);
  await until(() => changes.some(({ state }) => state === 'done'));
  expect(changes.map(({ state }) => state)).toEqual(['accepted', 'preparing', 'running', 'delivering', 'done']);
  await record.close();
});

test('a change the record refuses for good is set aside after its attempts, and those behind it are recorded', async () => {
  const [bad, good] = [await newTask(pipeline.tasksDir), await newTask(pipeline.tasksDir)];
  const recorded: StateChange[] = [];
  let refusals = 0;
  const record = await pipeline.serveRecord(async (change) => {
    if (change.taskId === bad.id && change.state === 'accepted') {
      refusals += 1;
      throw new TaskError('invalid-request', 'The record does not take this.', { cause: 'U+0000' });
    }
    recorded.push(change);
  });
  await pipeline.submit(bad);
  await pipeline.submit(good);
  await until(() =>
    [bad, good].every(({ id }) => recorded.some((each) => each.taskId === id && each.state === 'done')),
  );
  expect(refusals).toBe(3);
  await record.close();
});

test('the same task submitted twice, also at once, is one task', async () => {
  const task = await newTask(pipeline.tasksDir);
  const answers = await Promise.all([pipeline.submit(task), pipeline.submit(task), pipeline.submit(task)]);
  expect(answers.toSorted()).toEqual(['accepted', 'known', 'known']);
  await ended(task.id);
  expect(await pipeline.submit(task)).toBe('known');
  expect(stage.log.filter((part) => part === 'prepare')).toHaveLength(1);
  expect(deliveries).toHaveLength(1);
});

test('a permanent error fails at once and the user sees why', async () => {
  stage.behave = async (part) => {
    if (part === 'prepare')
      throw new TaskError('no-audio-track', 'There is no sound in it.', { cause: 'ffmpeg said so' });
  };
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  expect((await ended(task.id)).state).toBe('failed');
  expect(stage.log).toEqual(['prepare!']);
  await until(() => deliveries.length > 0);
  expect(deliveries).toEqual([
    {
      kind: 'failure',
      task,
      revision: 1,
      code: 'no-audio-track',
      message: 'There is no sound in it.',
      params: {},
      stage: 'prepare',
    },
  ]);
  const deadLetters = await until(async () => {
    const all = await pipeline.deadLetters();
    return all.length > 0 && all;
  });
  expect(deadLetters).toMatchObject([
    { taskId: task.id, stage: 'prepare', code: 'no-audio-track', cause: 'ffmpeg said so', attempts: 1 },
  ]);
});

test('a full disk fails no accepted task: each stage waits until there is space, however often it has to', async () => {
  const refusals = new Map<string, number>();
  stage.behave = async (part) => {
    const count = (refusals.get(part) ?? 0) + 1;
    refusals.set(part, count);
    if (part !== 'diarize' && count <= 5) throw new TaskError('no-space', 'There is no space left for recordings.');
  };
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  expect(await ended(task.id)).toMatchObject({ state: 'done', percent: 100 });
  expect(deliveries).toEqual([{ kind: 'result', task, revision: 1 }]);
  expect(refusals.get('prepare')).toBe(6);
  expect(await pipeline.deadLetters()).toEqual([]);
});

test('without speakers the text still goes out', async () => {
  stage.behave = async (part) => {
    if (part === 'diarize') throw new Error('no memory');
  };
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  expect((await ended(task.id)).state).toBe('done');
  expect(stage.log.filter((part) => part === 'diarize!')).toHaveLength(3);
  expect(deliveries).toHaveLength(1);
  expect(await until(async () => (await pipeline.deadLetters())[0])).toMatchObject({ stage: 'diarize', attempts: 3 });
});
