import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, openHarness } from '../test/harness.js';
import { conversation, createStandInEngines } from '../test/stand-in-engines.js';
import { createWorker, type Worker } from '../worker.js';

let redis: TestRedis;
let harness: Harness;
let worker: Worker;
beforeAll(async () => {
  redis = await startRedis();
  harness = await openHarness(redis.url);
  worker = await createWorker({ pipeline: harness.pipeline, engines: createStandInEngines({ rate: 0 }) });
});
afterAll(async () => {
  await worker.close();
  await harness.close();
  await redis.close();
});

test('a transcript of a truncated file says so, also after a revision, which does not decode again', async () => {
  const task = await harness.submit({ ...conversation(60), breaksOff: true });
  await harness.pipeline.untilEnded(task.id, AbortSignal.timeout(120_000));
  expect(await harness.transcript(task.id)).toMatchObject({ duration: 60, breaksOff: true });
  await harness.pipeline.revise(task.id, { diarize: false });
  await until(async () => (await harness.folder(task.id).list()).includes('transcript.r2.json'));
  await until(async () => (await harness.transcript(task.id)).speakers.outcome === 'off');
  expect((await harness.transcript(task.id)).breaksOff).toBe(true);
  expect((await harness.calls(task.id)).filter((call) => call === 'decode')).toHaveLength(1);
  const whole = await harness.submit(conversation(60));
  await harness.pipeline.untilEnded(whole.id, AbortSignal.timeout(120_000));
  expect(await harness.transcript(whole.id)).not.toHaveProperty('breaksOff');
});
