import { rename, writeFile } from 'node:fs/promises';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import type { TaskId, TaskOptions } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Harness, openHarness } from './test/harness.js';
import { conversation, createStandInEngines } from './test/stand-in-engines.js';
import { createWorker, type Worker } from './worker.js';

let redis: TestRedis;
let harness: Harness;
let workers: Worker[];
let before: (engine: string) => void;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  harness = await openHarness(redis.url);
  workers = [];
  before = () => {};
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await harness.close();
});

const start = async (rate: number, name = ''): Promise<void> => {
  const engines = createStandInEngines({ rate, name, before: (engine) => before(engine) });
  workers.push(await createWorker({ pipeline: harness.pipeline, engines }));
};
const ended = (id: TaskId) => harness.pipeline.untilEnded(id, AbortSignal.timeout(120_000));
const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index * 10}.`).join(' ');

test('an hour is spread evenly over eight workers and comes out whole and in order', async () => {
  // A chunk takes half a second: none is through with a second one before the last has been woken.
  for (let index = 0; index < 8; index += 1) await start(0.004, `worker-${index}`);
  await until(async () => (await harness.pipeline.transcribers()) === 8);
  const task = await harness.submit(conversation(3600));
  expect((await ended(task.id)).state).toBe('done');
  const transcript = await harness.transcript(task.id);
  expect(transcript.text).toBe(words(360));
  expect(transcript.speakers).toMatchObject({
    outcome: 'found',
    list: [{ label: 'SPEAKER_00' }, { label: 'SPEAKER_01' }],
  });
  const chunks = (await harness.calls(task.id)).filter((call) => call.startsWith('transcribe'));
  expect(chunks).toHaveLength(24);
  expect(new Set(chunks.map((call) => call.split(' ')[1])).size).toBe(8);
});

test('a revision transcribes again only what the change leaves invalid', async () => {
  await start(0);
  const task = await harness.submit(conversation(60));
  await ended(task.id);
  expect(await harness.calls(task.id)).toEqual(
    expect.arrayContaining(['decode', 'detect', 'language', 'transcribe-0', 'diarize']),
  );
  await harness.pipeline.revise(task.id, { speakers: { kind: 'exactly', count: 2 } });
  await until(async () => (await harness.folder(task.id).list()).includes('transcript.r2.json'));
  await ended(task.id);
  expect((await harness.calls(task.id)).slice(5)).toEqual(['diarize']);
  await harness.pipeline.revise(task.id, { language: 'ru' });
  await until(async () => (await harness.folder(task.id).list()).includes('transcript.r3.json'));
  await ended(task.id);
  expect((await harness.calls(task.id)).slice(6)).toEqual(expect.arrayContaining(['transcribe-0']));
  expect((await harness.transcript(task.id)).language).toBe('ru');
});

test('a chunk recognized before an update is not recognized again, until another language is asked for', async () => {
  await start(0);
  const task = await harness.submit(conversation(60));
  await ended(task.id);
  const folder = harness.folder(task.id);
  const recognition = (await folder.list()).find((name) => name.startsWith('recognition-')) ?? '';
  // What versions without language following called it: see samples/installation.
  await rename(folder.file(recognition), folder.file('recognition-0-of-1.ff417cbc997c.json'));
  const recognized = async () => (await harness.calls(task.id)).filter((call) => call === 'transcribe-0').length;
  const revise = async (revision: number, change: Partial<TaskOptions>) => {
    await harness.pipeline.revise(task.id, change);
    await until(async () => (await folder.list()).includes(`transcript.r${revision}.json`));
    await ended(task.id);
  };
  await revise(2, { speakers: { kind: 'exactly', count: 2 } });
  expect(await recognized()).toBe(1);
  await revise(3, { language: 'ru' });
  expect(await recognized()).toBe(2);
  // The older name is that of a chunk in English, too, once a language was asked for.
  await revise(4, { language: 'auto' });
  expect(await recognized()).toBe(3);
});

test('a damaged artifact is written again', async () => {
  let spoilt = false;
  before = (engine) => {
    if (engine !== 'diarize' || spoilt) return;
    spoilt = true;
    throw new Error('first attempt');
  };
  await start(0);
  const task = await harness.submit(conversation(60), { language: 'en' });
  await until(async () => (await harness.folder(task.id).list()).includes('speech.json'));
  await writeFile(harness.folder(task.id).file('speech.json'), '{"v":1,"dura');
  expect((await ended(task.id)).state).toBe('done');
  expect((await harness.transcript(task.id)).text).toBe(words(6));
});

test('speakers found by a later retry are delivered after the text that went out without them', async () => {
  let broken = true;
  before = (engine) => {
    if (engine === 'diarize' && broken) throw new Error('no memory');
  };
  await start(0);
  const task = await harness.submit(conversation(60));
  expect((await ended(task.id)).state).toBe('done');
  expect((await harness.transcript(task.id)).speakers).toEqual({ outcome: 'failed', list: [] });
  await until(async () => (await harness.pipeline.deadLetters()).length === 1);
  broken = false;
  expect(await harness.pipeline.retry(task.id)).toBe(true);
  await until(async () => (await harness.transcript(task.id)).speakers.outcome === 'found');
  expect((await ended(task.id)).state).toBe('done');
  expect((await harness.calls(task.id)).filter((call) => call.startsWith('transcribe'))).toHaveLength(1);
  await until(async () => (await harness.pipeline.deadLetters()).length === 0);
});

test('silence makes an empty transcript and no engine guesses at it', async () => {
  await start(0);
  const task = await harness.submit({ duration: 20, spans: [] });
  expect((await ended(task.id)).state).toBe('done');
  expect(await harness.transcript(task.id)).toMatchObject({
    text: '',
    segments: [],
    duration: 20,
    speakers: { outcome: 'found' },
  });
  expect(await harness.calls(task.id)).toEqual(['decode', 'detect']);
});

test('a recording over the limit of the moment is refused in one sentence', async () => {
  let limit = 10_000;
  workers.push(
    await createWorker(
      { pipeline: harness.pipeline, engines: createStandInEngines({ rate: 0 }) },
      { maximumSeconds: () => limit },
    ),
  );
  expect((await ended((await harness.submit(conversation(7200))).id)).state).toBe('done');
  limit = 3600;
  const task = await harness.submit(conversation(7200));
  expect(await ended(task.id)).toMatchObject({ state: 'failed', failure: { code: 'too-long', params: { hours: 1 } } });
});
