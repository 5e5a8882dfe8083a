import { once } from 'node:events';
import { startRedis, type TestRedis } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connect } from './connection.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

test('a watcher that has left is forgotten, and closing waits for none but those still connected', async () => {
  const connection = connect({ redis: redis.url, prefix: 'c', retryDelay: 10, trace: false, onError: () => {} });
  const [gone, there] = [connection.subscriber(), connection.subscriber()];
  await Promise.all([gone.subscribe('a'), there.subscribe('a')]);
  gone.disconnect();
  await once(gone, 'end');
  const disconnected = { gone: vi.spyOn(gone, 'disconnect'), there: vi.spyOn(there, 'disconnect') };
  await connection.close();
  expect(disconnected.there).toHaveBeenCalledOnce();
  expect(disconnected.gone).not.toHaveBeenCalled();
});
