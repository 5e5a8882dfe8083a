import { afterEach, expect, test } from 'vitest';
import { deferred } from '../async/deferred.js';
import { createLogger } from '../logging/logger.js';
import { createLifecycle } from './lifecycle.js';

const logger = createLogger({ name: 'test', level: 'silent' });
const signals = ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection'];
const before = new Map(signals.map((name) => [name, process.rawListeners(name)]));
afterEach(() => {
  // A lifecycle listens for the rest of the process, which here belongs to vitest.
  for (const name of signals) {
    process.removeAllListeners(name);
    for (const listener of before.get(name) ?? []) process.on(name, listener as () => void);
  }
});

const start = (graceMs = 5000) => {
  const exited = deferred<number>();
  const codes: number[] = [];
  const exit = (code: number) => {
    codes.push(code);
    exited.resolve(code);
  };
  return { lifecycle: createLifecycle({ logger, graceMs, exit }), exited: exited.promise, codes };
};

test('SIGTERM closes in reverse order, each after the one before', async () => {
  const { lifecycle, exited } = start();
  const order: string[] = [];
  for (const name of ['redis', 'worker', 'bot']) {
    lifecycle.onClose(name, async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
    });
  }
  process.emit('SIGTERM');
  expect(await exited).toBe(0);
  expect(order).toEqual(['bot begins', 'bot ends', 'worker begins', 'worker ends', 'redis begins', 'redis ends']);
  expect(lifecycle.signal.aborted).toBe(true);
});

test('a closer that fails does not keep the others from closing', async () => {
  const { lifecycle, exited } = start();
  let closed = false;
  lifecycle.onClose('first', () => {
    closed = true;
  });
  lifecycle.onClose('second', () => {
    throw new Error('stuck');
  });
  await lifecycle.close('test');
  expect(await exited).toBe(1);
  expect(closed).toBe(true);
});

test('a closer that hangs is left behind at the end of the grace time', async () => {
  const { lifecycle, exited } = start(20);
  lifecycle.onClose('hangs', () => new Promise(() => {}));
  void lifecycle.close('test');
  expect(await exited).toBe(1);
});

test('a second signal ends at once', async () => {
  const { lifecycle, exited } = start();
  lifecycle.onClose('hangs', () => new Promise(() => {}));
  process.emit('SIGINT');
  process.emit('SIGINT');
  expect(await exited).toBe(130);
});
