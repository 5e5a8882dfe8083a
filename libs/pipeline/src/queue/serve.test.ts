import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { ownIdentity } from '@whisper-bot/runtime';
import { until } from '@whisper-bot/testing';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { WorkerPipeline } from '../pipeline.js';
import { newTask, openPipeline } from '../test/stand-in.js';

let redis: TestRedis;
let pipeline: WorkerPipeline & { tasksDir: string };
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  pipeline = await openPipeline(redis.url);
});
afterEach(() => pipeline.close());

const hour = 3_600_000;

test('a job of a process that was killed on this machine waits for no further look: the first one gives it away', async () => {
  const task = await newTask(pipeline.tasksDir);
  const queue = pipeline.queue('webhook');
  const { prefix } = queue.opts;
  await pipeline.notify({ taskId: task.id, event: 'completed', revision: 1 });
  const url = new URL(redis.url);
  const connection = { host: url.hostname, port: Number(url.port), db: Number(url.pathname.slice(1) || 0) };
  const dead = new Worker('webhook', null, { connection, prefix: prefix ?? '', lockDuration: hour, name: 'dead' });
  const job = await until(async () => (await dead.getNextJob(`${dead.id}:1`)) ?? false);
  expect(await job.isActive()).toBe(true);
  const own = ownIdentity();
  const client = new Redis(redis.url);
  const holder = JSON.stringify({ ...own, birth: String(Number(own.birth) - 1) });
  // What an older version wrote, or no one of ours, does not keep the look from the others.
  await client.hset(`${prefix}:holders:webhook`, { [dead.id]: holder, strange: 'not JSON' });
  const taken: string[] = [];
  const served = await pipeline.serveNotices(async ({ taskId }) => void taken.push(taskId), { lookInterval: hour });
  await until(() => taken.length > 0);
  expect(taken).toEqual([task.id]);
  client.disconnect();
  await served.close();
  await dead.close();
});
