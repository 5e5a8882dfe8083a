import { randomUUID } from 'node:crypto';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { mayMove, type TaskState, taskStateSchema, taskStates } from '@whisper-bot/task';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, connect } from './redis/connection.js';

let redis: TestRedis;
let connection: Connection;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(() => {
  connection = connect({ redis: redis.url, prefix: 'test', retryDelay: 10, trace: false, onError: () => {} });
});
afterEach(() => connection.close());

/** A task in a state, as Redis has it, with a job that may report. */
const taskIn = async (state: TaskState): Promise<{ key: string; job: string }> => {
  const [key, job] = [`test:task:${randomUUID()}`, `test:job:${randomUUID()}`];
  await connection.failFast.hset(key, { id: 'x', state, revision: 1, percent: 0, at: 1 });
  await connection.failFast.hset(job, { timestamp: 1 });
  return { key, job };
};
const stateOf = async (key: string): Promise<TaskState> =>
  taskStateSchema.parse(await connection.failFast.hget(key, 'state'));

const events = { done: 'finish', failed: 'fail', cancelled: 'cancel' } as const;

describe.each(taskStates)('in Redis, what follows %s', (from) => {
  test.each(['preparing', 'running', 'delivering'] as const)('when %s starts is what the table says', async (to) => {
    for (const resumed of [false, true]) {
      const { key, job } = await taskIn(from);
      if (resumed) await connection.failFast.hset(key, 'failed:merge', 1);
      const report = [key, 'test:clock', job, 'x', 1, 2, 'merge', 'merge', '0', to, 0, 'test:channel', '1'];
      const [said, changed] = await connection.failFast.reportTask(...report);
      const moves = mayMove('advance', from, to) || (resumed && mayMove('resume', from, to));
      expect([await stateOf(key), said, changed], `resumed: ${resumed}`).toEqual([
        moves ? to : from,
        moves ? to : from,
        moves ? 1 : 0,
      ]);
    }
  });

  test.each(['done', 'failed', 'cancelled'] as const)('moves to %s only where the table allows it', async (to) => {
    const { key } = await taskIn(from);
    const changed = await connection.failFast.finishTask(key, 2, to, 'merge', 1, 'test:channel', 100, '');
    const moves = mayMove(events[to], from, to);
    expect([await stateOf(key), changed]).toEqual([moves ? to : from, moves && from !== to ? 1 : 0]);
  });

  test('when it is erased is what the table says', async () => {
    const { key } = await taskIn(from);
    await connection.failFast.eraseTask(key, 'x', 2, 100);
    expect(await stateOf(key)).toBe(mayMove('cancel', from, 'cancelled') ? 'cancelled' : from);
  });

  test('when it is opened is what the table says', async () => {
    const { key } = await taskIn(from);
    const ask = (reopen: '0' | '1') =>
      connection.failFast.openTask(
        key,
        'test:clock',
        'test:wait',
        'x',
        2,
        100,
        'test:channel',
        2,
        reopen,
        '{}',
        'me',
        9,
      );
    expect((await ask('0'))[1]).toBe(from);
    const [opened] = await ask('1');
    expect([opened, await stateOf(key)]).toEqual([1, 'accepted']);
    expect(mayMove('reopen', from, 'accepted')).toBe(true);
  });
});
