import { readdir } from 'node:fs/promises';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { freshDatabase, type TestDatabase } from '@whisper-bot/store/test/fresh-database';
import { startTcpProxy, type TcpProxy, until } from '@whisper-bot/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';
import { createProgram, formOf, type Program } from './test/client.js';

let redis: TestRedis;
let postgres: TestDatabase;
let toRedis: TcpProxy;
let toPostgres: TcpProxy;
let harness: Harness;
let program: Program;
beforeAll(async () => {
  redis = await startRedis();
  postgres = await freshDatabase();
  toRedis = await startTcpProxy(redis.port);
  toPostgres = await startTcpProxy(Number(new URL(postgres.url).port));
  harness = await startHarness({
    env: { REDIS_URL: `redis://127.0.0.1:${toRedis.port}`, DATABASE_URL: toPostgres.url(postgres.url) },
    work: false,
  });
  program = await createProgram(harness);
});
afterEach(async () => {
  for (const proxy of [toRedis, toPostgres]) proxy.set('pass');
  await until(async () => (await program.ask('/tasks')).status === 200);
});
afterAll(async () => {
  await harness.close();
  for (const each of [toRedis, toPostgres, redis]) await each.close();
  await postgres.drop();
});

const hands = (path: string, key?: string) =>
  program.ask(path, {
    method: 'POST',
    body: formOf({ model: 'whisper-1' }),
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });
const expectAway = async (answer: Response) => {
  expect([answer.status, await answer.json()]).toMatchObject([
    503,
    { error: { type: 'server_error', message: expect.stringMatching(/^[A-Z][^.]+\./) } },
  ]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
};

it('without the queue a recording is refused for now, and nothing of it stays', async () => {
  const before = await readdir(harness.deps.options.tasksDir);
  toRedis.set('refuse');
  await expectAway(await hands('/tasks', 'order-1'));
  await expectAway(await hands('/audio/transcriptions'));
  expect(await readdir(harness.deps.options.tasksDir)).toEqual(before);
  // Nor do they count as recordings in work.
  expect((await harness.store.usage(`key:${program.id}`, new Date(0))).open).toEqual([]);
  toRedis.set('pass');
  const taken = await until(async () => {
    const answer = await hands('/tasks', 'order-1');
    return answer.status === 202 && answer;
  });
  expect([taken.headers.get('idempotent-replayed'), await taken.json()]).toMatchObject([null, { status: 'accepted' }]);
});

it('a queue that is there but silent is away, too', async () => {
  const known = async () => {
    const answer = await program.ask('/tasks');
    return answer.status === 200 && ((await answer.json()) as { data: { id: string; status: string }[] }).data;
  };
  const before = await until(known);
  const folders = await readdir(harness.deps.options.tasksDir);
  toRedis.set('silent');
  await expectAway(await hands('/tasks'));
  toRedis.set('pass');
  // It was asked for space, and in vain: nothing was received, nothing written down.
  expect((await until(known)).map(({ id, status }) => [id, status])).toEqual(
    before.map(({ id, status }) => [id, status]),
  );
  expect(await readdir(harness.deps.options.tasksDir)).toEqual(folders);
});

it('without the database every request is refused for now', async () => {
  toPostgres.set('refuse');
  for (const path of ['/models', '/tasks']) await expectAway(await program.ask(path));
  await expectAway(await hands('/audio/transcriptions'));
  const headers = {
    cookie: `whisper_session_${new URL(harness.url).port}=whatever`,
    accept: 'text/html',
  };
  await expectAway(await program.ask('/models', { headers }));
});
