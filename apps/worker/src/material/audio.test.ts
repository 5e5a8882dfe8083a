import { startRedis, type TestRedis, until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, openDesk } from '../test/desk.js';
import { conversation, createStandInEngines } from '../test/stand-in-engines.js';
import { createWorker, type Worker } from '../worker.js';

let redis: TestRedis;
let desk: Desk;
let worker: Worker;
beforeAll(async () => {
  redis = await startRedis();
  desk = await openDesk(redis.url);
  worker = await createWorker({ pipeline: desk.pipeline, engines: createStandInEngines({ rate: 0 }) });
});
afterAll(async () => {
  await worker.close();
  await desk.close();
  await redis.close();
});

test('a transcript tells that its file breaks off, also after a revision, which does not decode again', async () => {
  const task = await desk.submit({ ...conversation(60), breaksOff: true });
  await desk.pipeline.untilEnded(task.id, AbortSignal.timeout(120_000));
  expect(await desk.transcript(task.id)).toMatchObject({ duration: 60, breaksOff: true });
  await desk.pipeline.revise(task.id, { diarize: false });
  await until(async () => (await desk.folder(task.id).list()).includes('transcript.r2.json'));
  await until(async () => (await desk.transcript(task.id)).speakers.outcome === 'off');
  expect((await desk.transcript(task.id)).breaksOff).toBe(true);
  expect((await desk.calls(task.id)).filter((call) => call === 'decode')).toHaveLength(1);
  const whole = await desk.submit(conversation(60));
  await desk.pipeline.untilEnded(whole.id, AbortSignal.timeout(120_000));
  expect(await desk.transcript(whole.id)).not.toHaveProperty('breaksOff');
});
