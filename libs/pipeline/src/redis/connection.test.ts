import { once } from 'node:events';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { startTcpProxy } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
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

test('a failover that leaves the connections on what is now a replica is followed to the new master', async () => {
  const other = await startRedis();
  const proxy = await startTcpProxy(redis.port);
  const connection = connect({
    redis: proxy.url(redis.url),
    prefix: 'c',
    retryDelay: 10,
    trace: false,
    onError: () => {},
  });
  const queue = connection.queue('maintenance', 'failFast');
  await queue.add('before', { v: 1 });
  await connection.blocking.set('c:before', 1);
  const admin = new Redis(redis.url);
  proxy.lead(other.port);
  await admin.replicaof('127.0.0.1', other.port);
  // No one breaks the old connections: only the refusal says that something has changed.
  await connection.blocking.set('c:after', 2);
  await connection.failFast.set('c:after-too', 3);
  await queue.add('after', { v: 1 });
  const master = new Redis(other.url);
  expect(await master.mget('c:after', 'c:after-too')).toEqual(['2', '3']);
  admin.disconnect();
  master.disconnect();
  await connection.close();
  await proxy.close();
  await other.close();
});
