import { randomUUID } from 'node:crypto';
import { access, utimes, writeFile } from 'node:fs/promises';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { createTaskFolder, type TaskFolder, type TaskId, taskFolder } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Retention } from '../context.js';
import type { WorkerPipeline } from '../pipeline.js';
import { createStage, newTask, openPipeline } from '../test/stand-in.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

const there = (folder: TaskFolder, name = ''): Promise<boolean> =>
  access(name === '' ? folder.path : folder.file(name)).then(
    () => true,
    () => false,
  );

/** Runs a task to its end in a pipeline that keeps things for so long, sweeping all the time. */
const inPipeline = async (
  retention: Partial<Retention>,
  check: (pipeline: WorkerPipeline & { tasksDir: string }, folder: TaskFolder) => Promise<void>,
): Promise<void> => {
  const pipeline = await openPipeline(redis.url, { retention });
  const work = await pipeline.work(createStage(1).handlers, { cleanInterval: 100 });
  const channel = await pipeline.serveDeliveries('folder', async () => {});
  try {
    const task = await newTask(pipeline.tasksDir);
    const folder = taskFolder(pipeline.tasksDir, task.id);
    await writeFile(folder.file('decoded.wav'), 'decoded');
    await pipeline.submit(task);
    await pipeline.untilEnded(task.id, AbortSignal.timeout(120_000));
    await check(pipeline, folder);
  } finally {
    await work.close();
    await channel.close();
    await pipeline.close();
  }
};

test('after delivery the recording goes, then the decoded audio, then all of it', async () => {
  await inPipeline({ audio: 3600 }, async (_pipeline, folder) => {
    await until(async () => !(await there(folder, 'audio.ogg')));
    expect(await there(folder, 'decoded.wav')).toBe(true);
  });
  await inPipeline({ audio: 0 }, async (_pipeline, folder) => {
    await until(async () => !(await there(folder, 'decoded.wav')));
    expect(await there(folder, 'task.json')).toBe(true);
  });
  await inPipeline({ artifact: 0 }, async (_pipeline, folder) => {
    await until(async () => !(await there(folder)));
  });
});

test('a recording the operator wants kept stays', async () => {
  await inPipeline({ keepSource: true, audio: 0 }, async (_pipeline, folder) => {
    await until(async () => !(await there(folder, 'decoded.wav')));
    expect(await there(folder, 'audio.ogg')).toBe(true);
  });
});

test('unknown folders and half-written files are removed once old; others in the directory are not touched', async () => {
  await inPipeline({ orphan: 60 }, async (pipeline, folder) => {
    const orphan = await createTaskFolder(pipeline.tasksDir, randomUUID() as TaskId);
    const fresh = await createTaskFolder(pipeline.tasksDir, randomUUID() as TaskId);
    const half = folder.temporary('recognition-0.json');
    const foreign = `${pipeline.tasksDir}/lost+found`;
    await writeFile(half, '{');
    await writeFile(foreign, '');
    for (const path of [half, foreign, orphan.path]) await utimes(path, 0, 0);
    await until(async () => !(await there(orphan)));
    await until(() =>
      access(half).then(
        () => false,
        () => true,
      ),
    );
    expect(await there(fresh)).toBe(true);
    await access(foreign);
  });
});

test('what is old is swept also after Redis was emptied while the workers ran', async () => {
  const own = await startRedis();
  const pipeline = await openPipeline(own.url, { retention: { orphan: 60 } });
  const work = await pipeline.work(createStage(1).handlers, { cleanInterval: 300 });
  const client = new Redis(own.url);
  try {
    // Not in the middle of a sweep, which would schedule the next one.
    await until(async () => (await client.keys('*:maintenance:completed')).length > 0);
    await client.flushall();
    const folder = await createTaskFolder(pipeline.tasksDir, randomUUID() as TaskId);
    await utimes(folder.path, 0, 0);
    await until(async () => !(await there(folder)));
  } finally {
    client.disconnect();
    await work.close();
    await pipeline.close();
    await own.close();
  }
});

test('an upload that takes hours is no orphan while bytes come', async () => {
  await inPipeline({ orphan: 60 }, async (pipeline) => {
    const [receiving, abandoned] = await Promise.all(
      [0, 1].map(() => createTaskFolder(pipeline.tasksDir, randomUUID() as TaskId)),
    );
    if (receiving === undefined || abandoned === undefined) throw new Error('no folders');
    await writeFile(receiving.temporary('audio.ogg'), 'the bytes of this minute');
    for (const { path } of [receiving, abandoned]) await utimes(path, 0, 0);
    await until(async () => !(await there(abandoned)));
    expect(await there(receiving)).toBe(true);
  });
});

test('a folder that something still names is spared, and so are all where that cannot be asked', async () => {
  const pipeline = await openPipeline(redis.url, {
    retention: { orphan: 60 },
    spared: async (candidates) => {
      asked += 1;
      if (isAway) throw new Error('PostgreSQL is away');
      return new Set(candidates.filter((id) => id === named.id));
    },
  });
  let asked = 0;
  let isAway = true;
  const [named, orphan] = [
    await createTaskFolder(pipeline.tasksDir, randomUUID() as TaskId),
    await createTaskFolder(pipeline.tasksDir, randomUUID() as TaskId),
  ];
  for (const { path } of [named, orphan]) await utimes(path, 0, 0);
  const work = await pipeline.work(createStage(1).handlers, { cleanInterval: 100 });
  await until(() => asked >= 2);
  expect(await there(orphan)).toBe(true);
  isAway = false;
  await until(async () => !(await there(orphan)));
  expect(await there(named)).toBe(true);
  await work.close();
  await pipeline.close();
});

test('what a killed worker left half written goes soon after the task has ended', async () => {
  await inPipeline({ orphan: 3600 }, async (_pipeline, folder) => {
    const client = new Redis(redis.url);
    const [key = ''] = await client.keys(`*:task:${folder.id}`);
    const half = folder.temporary('decoded.wav');
    await writeFile(half, 'RIFF');
    const before = new Date(Date.now() - 120_000);
    await utimes(half, before, before);
    await client.hset(key, 'at', before.getTime());
    await until(() =>
      access(half).then(
        () => false,
        () => true,
      ),
    );
    client.disconnect();
  });
});

test('an idle installation keeps no job past its time', async () => {
  await inPipeline({}, async (pipeline, folder) => {
    const client = new Redis(redis.url);
    const jobs = () => client.keys(`*${folder.id}*-r1`);
    await until(async () => (await jobs()).length > 3);
    await until(async () => (await pipeline.jobs(folder.id)).every(({ state }) => state === 'completed'));
    const longAgo = Date.now() - 25 * 3600 * 1000;
    for (const key of await jobs()) {
      const queue = key.slice(0, key.lastIndexOf(':'));
      await client.hset(key, 'finishedOn', longAgo, 'processedOn', longAgo, 'timestamp', longAgo);
      await client.zadd(`${queue}:completed`, 'XX', longAgo, key.slice(queue.length + 1));
    }
    await until(async () => (await jobs()).length === 0);
    client.disconnect();
  });
});
