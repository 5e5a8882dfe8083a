import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { until } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStage, newTask, openPipeline } from '../test/stand-in.js';

let redis: TestRedis;
let client: Redis;
beforeAll(async () => {
  redis = await startRedis();
  client = new Redis(redis.url);
});
afterAll(async () => {
  client.disconnect();
  await redis.close();
});

const connections = async (): Promise<number> =>
  String(await client.client('LIST'))
    .trim()
    .split('\n').length;

/** The number once it is the same in ten looks, one after the other. */
const settled = async (count: () => Promise<number>): Promise<number> => {
  let last = await count();
  let same = 0;
  return until(async () => {
    const now = await count();
    same = now === last ? same + 1 : 0;
    last = now;
    return same === 10 && now;
  });
};

test('three hundred who wait are one connection, and each hears of its task’s end', async () => {
  const pipeline = await openPipeline(redis.url);
  const stage = createStage(1);
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  stage.behave = (part) => (part === 'prepare' ? gate : Promise.resolve());
  const work = await pipeline.work(stage.handlers);
  const channel = await pipeline.serveDeliveries('folder', async () => {});
  const tasks = await Promise.all(Array.from({ length: 3 }, () => newTask(pipeline.tasksDir)));
  for (const task of tasks) await pipeline.submit(task);
  const warm = await pipeline.watch(tasks[0]?.id ?? 'all', () => {});
  // The workers' own come up behind.
  const before = await settled(connections);
  const leaving = new AbortController();
  const waiting = tasks.flatMap((task) =>
    Array.from({ length: 100 }, () => pipeline.untilEnded(task.id, AbortSignal.timeout(120_000))),
  );
  const left = pipeline.untilEnded(tasks[1]?.id as never, leaving.signal).catch((error: Error) => error.message);
  await until(
    async () => (await client.pubsub('NUMSUB', ...((await client.pubsub('CHANNELS')) as string[]))).length >= 6,
  );
  expect(await connections()).toBe(before);
  leaving.abort(new Error('gone'));
  expect(await left).toBe('gone');
  open();
  expect(new Set((await Promise.all(waiting)).map(({ state }) => state))).toEqual(new Set(['done']));
  await warm();
  // No one listens any more: nothing is subscribed to.
  await until(async () => ((await client.pubsub('CHANNELS', '*progress*')) as string[]).length === 0);
  await work.close();
  await channel.close();
  await pipeline.close();
});

test('a change whose message was lost is found by looking', async () => {
  const pipeline = await openPipeline(redis.url);
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  const ended = pipeline.untilEnded(task.id, AbortSignal.timeout(120_000));
  const [key] = await client.keys(`*:task:${task.id}`);
  // Written, and no one notified.
  await client.hset(key ?? '', 'state', 'done', 'at', Date.now());
  expect((await ended).state).toBe('done');
  await pipeline.close();
});
