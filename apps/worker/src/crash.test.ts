import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import type { TaskId } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Harness, openHarness } from './test/harness.js';
import { conversation, deadly } from './test/stand-in-engines.js';

let redis: TestRedis;
let harness: Harness;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  harness = await openHarness(redis.url);
});
afterEach(() => harness.close());

/** Milliseconds: a worker that only waits its turn on a busy machine keeps its lock. */
const lock = 3000;
const ended = (id: TaskId) => harness.pipeline.untilEnded(id, AbortSignal.timeout(180_000));
const recognitions = async (id: TaskId) =>
  (await harness.folder(id).list()).filter((name) => name.startsWith('recognition')).length;
const transcribed = async (id: TaskId) => (await harness.calls(id)).filter((call) => call.startsWith('transcribe'));

test('a worker killed in mid-transcription: another takes over and finished chunks are not repeated', async () => {
  const first = await harness.spawn({ rate: 0.002, lock, name: 'first' });
  const task = await harness.submit(conversation(900), { diarize: false });
  await until(async () => (await recognitions(task.id)) >= 2 && (await transcribed(task.id)).length >= 3);
  first.kill('SIGKILL');
  const done = await recognitions(task.id);
  await harness.spawn({ rate: 0.001, lock, name: 'second' });
  expect((await ended(task.id)).state).toBe('done');
  const calls = await transcribed(task.id);
  const second = calls.filter((call) => call.endsWith('second'));
  const chunks = new Set(calls.map((call) => call.split(' ')[0])).size;
  expect(second.length).toBe(chunks - done);
  expect((await harness.transcript(task.id)).segments.flatMap(({ words }) => words)).toHaveLength(90);
});

test('what a worker killed on this machine had in hand goes on at once, however long its locks last', async () => {
  const hour = 3_600_000;
  const first = await harness.spawn({ rate: 1, lock: hour, name: 'first' });
  const task = await harness.submit(conversation(250), { diarize: false });
  await until(async () => (await transcribed(task.id)).length === 1);
  await harness.spawn({ rate: 0, lock: hour, name: 'second' });
  first.kill('SIGKILL');
  expect((await ended(task.id)).state).toBe('done');
  expect(await transcribed(task.id)).toEqual(['transcribe-0 first', 'transcribe-0 second']);
});

test('a worker cut off for longer than its lock: its late result is refused, another finishes the task', async () => {
  // Long enough to be stopped in the middle of it.
  const first = await harness.spawn({ rate: 0.05, lock, name: 'first' });
  const task = await harness.submit(conversation(250), { diarize: false });
  await until(async () => (await transcribed(task.id)).length === 1);
  first.kill('SIGSTOP');
  const second = await harness.spawn({ rate: 0.004, lock, name: 'second' });
  await until(async () => (await transcribed(task.id)).length === 2);
  first.kill('SIGCONT');
  expect((await ended(task.id)).state).toBe('done');
  expect(await transcribed(task.id)).toEqual(['transcribe-0 first', 'transcribe-0 second']);
  expect(await harness.pipeline.deadLetters()).toEqual([]);
  // The one that was cut off serves on.
  second.kill('SIGKILL');
  const next = await harness.submit(conversation(20), { diarize: false });
  expect((await ended(next.id)).state).toBe('done');
  expect(await transcribed(next.id)).toEqual(['transcribe-0 first']);
});

test('a recording that kills its worker every time is given up at the third crash, and the others go on', async () => {
  const poison = await harness.submit({ ...conversation(20), spans: [{ start: 0, end: deadly }] }, { diarize: false });
  for (let crash = 1; crash <= 3; crash += 1) {
    const victim = await harness.spawn({ rate: 0, lock, name: `victim-${crash}` });
    await victim.ended;
  }
  await harness.spawn({ rate: 0, lock, name: 'survivor' });
  expect(await ended(poison.id)).toMatchObject({
    state: 'failed',
    failure: { code: 'engine-crashed', stage: 'transcribe' },
  });
  expect(await transcribed(poison.id)).toHaveLength(3);
  const deadLetters = await until(async () => {
    const all = await harness.pipeline.deadLetters();
    return all.length > 0 && all;
  });
  expect(deadLetters).toMatchObject([{ taskId: poison.id, stage: 'transcribe', code: 'engine-crashed' }]);
  const next = await harness.submit(conversation(20));
  expect((await ended(next.id)).state).toBe('done');
});
