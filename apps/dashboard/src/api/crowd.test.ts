import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { startGateway } from '@whisper-bot/gateway';
import { createDeliverFolder } from '@whisper-bot/pipeline';
import { createTaskFolder, type TaskId } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';
import { createStage } from '../test/stage.js';
import { createProgram, formOf } from './test/client.js';

let harness: Harness;
let redis: Redis;
/** Tasks in the order in which they were transcribed. */
const heard: TaskId[] = [];
/** No one is transcribed before all have asked. */
let prepared = 0;
let open: () => void;
const opened = new Promise<void>((resolve) => {
  open = resolve;
});
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  harness = await startHarness({ work: false });
  const { pipeline, logger, options } = harness.deps;
  const { tasksDir } = options;
  const { handlers } = createStage();
  const working = await pipeline.work(
    {
      ...handlers,
      prepare: async () => {
        prepared += 1;
        if (prepared === 150) open();
        return { duration: 6, chunks: [6] };
      },
      transcribe: async ({ task }) => {
        await opened;
        heard.push(task.id);
      },
    },
    { concurrency: { prepare: 4, transcribe: 2 } },
  );
  const folder = await pipeline.serveDeliveries('folder', createDeliverFolder(pipeline));
  const redisUrl = harness.environment.REDIS_URL ?? '';
  const gateway = await startGateway({ redis: redisUrl, pipeline, tasksDir, isKnownModel: () => true, logger });
  redis = new Redis(redisUrl);
  closers.push(
    () => working.close(),
    () => folder.close(),
    () => gateway.close(),
    async () => redis.disconnect(),
  );
});
afterAll(async () => {
  for (const close of closers) await close();
  await harness.close();
});

it('50 clients at once, over Streams and HTTP, beside one who wants everything: all are answered once, none waits for that one', async () => {
  const { tasksDir } = harness.deps.options;
  const greedy = await createProgram(harness);
  const flood = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const answer = await greedy.ask('/tasks', { method: 'POST', body: formOf({}) });
      return ((await answer.json()) as { id: TaskId }).id;
    }),
  );

  const overHttp = Array.from({ length: 25 }, async () => {
    const { ask } = await createProgram(harness);
    const answer = await ask('/audio/transcriptions', { method: 'POST', body: formOf({ model: 'whisper-1' }) });
    expect([answer.status, await answer.json()]).toMatchObject([200, { text: expect.stringMatching(/^Good morning/) }]);
    return answer.headers.get('x-request-id') as TaskId;
  });
  const overStreams = Array.from({ length: 25 }, async (_, user) => {
    const id = randomUUID() as TaskId;
    const folder = await createTaskFolder(tasksDir, id);
    await writeFile(folder.file('audio.mp3'), 'sound');
    const message = { task_id: id, file_path: folder.file('audio.mp3'), user_id: user };
    await redis.xadd('transcribe:tasks', '*', 'payload', JSON.stringify(message));
    await until(async () => (await redis.xlen(`result:${id}`)) > 0);
    return id;
  });
  const clients = await Promise.all([...overHttp, ...overStreams]);
  await until(() => heard.length === 150);
  // A client with a single task gets it before most of the flood that came earlier.
  const last = Math.max(...clients.map((id) => heard.indexOf(id)));
  expect(heard.length - 1 - last).toBeGreaterThan(30);
  expect(heard.toSorted()).toEqual([...clients, ...flood].toSorted());
  const results = await redis.xrange('transcribe:results', '-', '+');
  const sent = results.map(([, fields]) => JSON.parse(fields[1] ?? '') as { task_id: TaskId; status: string });
  expect(sent.every(({ status }) => status === 'success')).toBe(true);
  expect(sent.map((result) => result.task_id).toSorted()).toEqual((await Promise.all(overStreams)).toSorted());
});
