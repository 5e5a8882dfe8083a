import { access, writeFile } from 'node:fs/promises';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { createTaskFolder, type Task, TaskError, type TaskId, taskFolder } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Delivery, TaskProgress } from '../contract.js';
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
  pipeline = await openPipeline(redis.url);
  stage = createStage(2);
  work = await pipeline.work(stage.handlers);
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
const ended = (id: TaskId) => pipeline.untilEnded(id, AbortSignal.timeout(120_000));

/** Blocks until the signal aborts, as a killed engine does. */
const hang = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

test('cancelling reaches the engine, delivers nothing, and the folder goes', async () => {
  let began = false;
  stage.behave = async (part, signal) => {
    if (part !== 'transcribe-0') return;
    began = true;
    await hang(signal);
  };
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  await until(() => began);
  expect(await pipeline.cancel(task.id)).toBe(true);
  expect((await ended(task.id)).state).toBe('cancelled');
  await until(() => stage.log.includes('transcribe-0!'));
  await expect(access(taskFolder(pipeline.tasksDir, task.id).path)).rejects.toThrow();
  expect(await pipeline.cancel(task.id)).toBe(false);
  // The worker is free again, and what was cancelled neither failed nor was delivered.
  stage.behave = async () => {};
  const next = await newTask(pipeline.tasksDir);
  await pipeline.submit(next);
  await ended(next.id);
  expect(deliveries.map(({ task: { id } }) => id)).toEqual([next.id]);
  expect(await pipeline.deadLetters()).toEqual([]);
});

describe('cancelled while no worker was notified', () => {
  const cancelled = async (task: Task): Promise<void> => {
    const client = new Redis(redis.url);
    const [key] = await client.keys(`*:task:${task.id}`);
    await client.hset(key ?? '', 'state', 'cancelled');
    client.disconnect();
  };
  const nothingLeft = async (task: Task): Promise<boolean> =>
    (await pipeline.jobs(task.id)).every(({ state }) => state === 'completed');

  test('gets no further than the stage that was about to start', async () => {
    const task = await newTask(pipeline.tasksDir);
    await work.close();
    await pipeline.submit(task);
    await cancelled(task);
    work = await pipeline.work(stage.handlers);
    await until(async () => stage.log.length > 0 && (await nothingLeft(task)));
    expect(stage.log).toEqual(['prepare']);
    expect(await pipeline.deadLetters()).toEqual([]);
  });

  test('is not delivered', async () => {
    const task = await newTask(pipeline.tasksDir);
    stage.behave = async (part) => (part === 'merge' ? cancelled(task) : undefined);
    await pipeline.submit(task);
    await until(async () => stage.log.includes('merge') && (await nothingLeft(task)));
    expect(deliveries).toEqual([]);
    expect(await pipeline.deadLetters()).toEqual([]);
  });
});

test('a revision runs with the new options and is delivered under the next number', async () => {
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  await ended(task.id);
  await expect(pipeline.revise(task.id, { diarize: false })).rejects.toMatchObject({ code: 'file-expired' });
  await writeFile(taskFolder(pipeline.tasksDir, task.id).file('decoded.wav'), 'sound');
  stage.log.length = 0;
  expect(await pipeline.revise(task.id, { diarize: false }, { message: 7 })).toBe(2);
  await until(() => deliveries.length === 2);
  expect(stage.log).not.toContain('diarize');
  expect(deliveries[1]).toMatchObject({ revision: 2, task: { options: { diarize: false }, origin: { message: 7 } } });
  expect((await ended(task.id)).state).toBe('done');
});

test('progress rises to 100, never falls, and names the place in the queue', async () => {
  const seen: TaskProgress[] = [];
  const stop = await pipeline.watch('all', (progress) => seen.push(progress));
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  stage.behave = async (part) => (part === 'prepare' ? gate : undefined);
  const tasks = await Promise.all(Array.from({ length: 4 }, () => newTask(pipeline.tasksDir)));
  for (const task of tasks) await pipeline.submit(task);
  await until(async () => (await pipeline.progress(tasks[1]?.id as TaskId))?.state === 'preparing');
  expect((await pipeline.progress(tasks[3]?.id as TaskId))?.position).toBe(1);
  release();
  for (const task of tasks) await ended(task.id);
  await until(() => seen.filter(({ percent }) => percent === 100).length === tasks.length);
  await stop();
  for (const task of tasks) {
    const percents = seen.filter(({ taskId }) => taskId === task.id).map(({ percent }) => percent);
    expect(percents.at(-1)).toBe(100);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  }
});

test("one owner's hundred do not delay another's first", async () => {
  const order: string[] = [];
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const hoarder = await Promise.all(Array.from({ length: 100 }, () => newTask(pipeline.tasksDir, { owner: 'tg:1' })));
  const guest = await newTask(pipeline.tasksDir, { owner: 'tg:2' });
  const prepare = stage.handlers.prepare;
  stage.handlers.prepare = async (call) => {
    order.push(call.task.owner);
    await gate;
    return prepare(call);
  };
  const other = await pipeline.work(stage.handlers);
  await work.close();
  for (const task of hoarder) await pipeline.submit(task);
  await until(() => order.length === 2);
  await pipeline.submit(guest);
  release();
  await ended(guest.id);
  expect(order.indexOf('tg:2')).toBeLessThan(10);
  await other.close();
});

test('nor where the speakers of all hundred were identified before any was transcribed', async () => {
  const order: string[] = [];
  let diarized = 0;
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  stage.handlers.diarize = async () => {
    diarized += 1;
  };
  stage.handlers.transcribe = async ({ task }) => {
    await gate;
    order.push(task.owner);
  };
  const other = await pipeline.work(stage.handlers);
  await work.close();
  for (let count = 0; count < 100; count += 1)
    await pipeline.submit(await newTask(pipeline.tasksDir, { owner: 'tg:1' }));
  await until(() => diarized === 100);
  const guest = await newTask(pipeline.tasksDir, { owner: 'tg:2' });
  await pipeline.submit(guest);
  await until(() => diarized === 101);
  release();
  await ended(guest.id);
  expect(order.indexOf('tg:2')).toBeLessThan(10);
  await other.close();
});

test('no space, no source and a link instead of a source are refused', async () => {
  const full = await openPipeline(redis.url, { minimumFree: Number.MAX_SAFE_INTEGER });
  await expect(full.submit(await newTask(full.tasksDir))).rejects.toMatchObject({ code: 'no-space' });
  await full.close();
  const task = await newTask(pipeline.tasksDir);
  await expect(pipeline.submit({ ...task, source: 'audio.mp3' })).rejects.toMatchObject({ code: 'no-such-file' });
  expect(await pipeline.progress(task.id)).toBeNull();
});

test('a closing worker puts back what it cannot finish, at no cost of an attempt', async () => {
  let began = false;
  stage.behave = async (part, signal) => {
    if (part !== 'transcribe-1' || began) return;
    began = true;
    await hang(signal);
  };
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  await until(() => began);
  await work.close(50);
  work = await pipeline.work(stage.handlers);
  expect((await ended(task.id)).state).toBe('done');
  expect(deliveries).toHaveLength(1);
});

test('with Redis away a submit is refused with a sentence, and running work goes on when it is back', async () => {
  let began = false;
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  stage.behave = async (part) => {
    if (part !== 'transcribe-0') return;
    began = true;
    await gate;
  };
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  await until(() => began);
  await redis.kill();
  const refused = await newTask(pipeline.tasksDir);
  await expect(pipeline.submit(refused)).rejects.toBeInstanceOf(TaskError);
  release();
  await redis.restart();
  expect((await ended(task.id)).state).toBe('done');
  expect(await pipeline.submit(refused)).toBe('accepted');
  expect((await ended(refused.id)).state).toBe('done');
  expect(deliveries).toHaveLength(2);
});

test('a task that its sender was refused, and that came to an end unseen, starts over when it is submitted again', async () => {
  const task = await newTask(pipeline.tasksDir);
  const folder = taskFolder(pipeline.tasksDir, task.id);
  // Redis was silent for so long that the sender gave up and took the folder back; then it did what it had been asked to.
  stage.behave = async () => {
    throw new TaskError('file-expired', 'The recording is no longer here.');
  };
  await pipeline.submit(task);
  expect((await ended(task.id)).state).toBe('failed');
  await folder.destroy();
  stage.behave = async () => {};
  await createTaskFolder(pipeline.tasksDir, task.id);
  await writeFile(folder.file(task.source), 'sound');
  expect(await pipeline.submit(task, { reopen: true })).toBe('accepted');
  expect((await ended(task.id)).state).toBe('done');
});

test('who waits for an end hears of it though the event was lost, and may stop waiting at any moment', async () => {
  await work.close();
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  const leaving = new AbortController();
  const left = pipeline.untilEnded(task.id, leaving.signal);
  const waiting = ended(task.id);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  const client = new Redis(redis.url);
  const [key] = await client.keys(`*:task:${task.id}`);
  await client.hset(key ?? '', 'state', 'done');
  client.disconnect();
  expect((await waiting).state).toBe('done');
});

test('a stage that runs while Redis is emptied ends, and its reports do not make the task look alive', async () => {
  stage.behave = async (part, signal) => (part.startsWith('transcribe') ? hang(signal) : undefined);
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  await until(async () => (await pipeline.progress(task.id))?.state === 'running');
  const client = new Redis(redis.url);
  await client.flushall();
  await until(() => stage.log.some((part) => part.startsWith('transcribe') && part.endsWith('!')));
  expect(await pipeline.progress(task.id)).toBeNull();
  expect(await client.keys('*:task:*')).toEqual([]);
  client.disconnect();
  // The reconciler submits it again, and it is done once.
  stage.behave = async () => {};
  expect(await pipeline.submit(task)).toBe('accepted');
  expect((await ended(task.id)).state).toBe('done');
  expect(deliveries).toHaveLength(1);
});

test('a failure is delivered although Redis was emptied since the task was accepted', async () => {
  const task = await newTask(pipeline.tasksDir);
  const client = new Redis(redis.url);
  stage.behave = async (part) => {
    if (part !== 'merge') return;
    const [key] = await client.keys(`*:task:${task.id}`);
    await client.hdel(key ?? '', 'task');
    throw new TaskError('damaged-media', 'The file is damaged.');
  };
  await pipeline.submit(task);
  await until(() => deliveries.length > 0);
  expect(deliveries[0]).toMatchObject({ kind: 'failure', code: 'damaged-media', task: { id: task.id } });
  client.disconnect();
});

test('a delivery that finds a neighbour away waits for it: an outage longer than all attempts ends in no dead letter', async () => {
  await channel.close();
  let calls = 0;
  channel = await pipeline.serveDeliveries('folder', async (delivery) => {
    calls += 1;
    if (calls < 6) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    deliveries.push(delivery);
  });
  const task = await newTask(pipeline.tasksDir);
  await pipeline.submit(task);
  expect((await ended(task.id)).state).toBe('done');
  expect(deliveries).toHaveLength(1);
  expect(await pipeline.deadLetters()).toEqual([]);
});

test('an archived task is done, recorded, kept, and never run', async () => {
  const task = await newTask(pipeline.tasksDir);
  await pipeline.archive(task);
  await pipeline.archive(task);
  expect(await pipeline.progress(task.id)).toMatchObject({ state: 'done', percent: 100 });
  expect(await pipeline.submit(task)).toBe('known');
  expect(await pipeline.jobs(task.id)).toEqual([]);
  expect(deliveries).toEqual([]);
  await access(taskFolder(pipeline.tasksDir, task.id).file('task.json'));
});
