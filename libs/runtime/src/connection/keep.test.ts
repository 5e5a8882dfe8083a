import { until } from '@whisper-bot/testing';
import { expect, test } from 'vitest';
import { keepConnected, type Link } from './keep.js';
import { reconnectPause } from './pause.js';
import { isUnavailable, whileUnavailable } from './unavailable.js';

const pause = { first: 1, longest: 4 };
/** A connection that a test ends. */
const link = (): Link & { end(): void } => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { ended, end, close: async () => end() };
};

test('pauses grow to a bound, and no two processes keep step', () => {
  const pauses = [1, 2, 3, 4, 5, 60].map((attempt) => reconnectPause(attempt, { first: 100, longest: 800 }));
  for (const [index, ceiling] of [100, 200, 400, 800, 800, 800].entries()) {
    expect(pauses[index]).toBeGreaterThanOrEqual(ceiling / 2);
    expect(pauses[index]).toBeLessThanOrEqual(ceiling);
  }
  expect(new Set(Array.from({ length: 50 }, () => reconnectPause(9))).size).toBeGreaterThan(10);
});

test('one attempt at a time, through failures and ends, until it is closed', async () => {
  const opened: ReturnType<typeof link>[] = [];
  let atOnce = 0;
  let most = 0;
  let failures = 0;
  let attempts = 0;
  const kept = keepConnected({
    pause,
    onError: () => (failures += 1),
    open: async () => {
      attempts += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      if (attempts % 3 !== 0) throw new Error('refused');
      const made = link();
      opened.push(made);
      return made;
    },
  });
  await kept.opened;
  for (let round = 1; round <= 5; round += 1) {
    await until(() => opened.length === round);
    opened.at(-1)?.end();
  }
  await until(() => opened.length === 6);
  await kept.close();
  await opened.at(-1)?.ended;
  expect({ most, attempts, failures }).toEqual({ most: 1, attempts: 18, failures: 12 });
});

test('closed before it was ever open, it says so', async () => {
  const kept = keepConnected({ pause, onError: () => {}, open: async () => Promise.reject(new Error('refused')) });
  await kept.close();
  await expect(kept.opened).rejects.toThrow('closed');
});

test.each([
  [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), true],
  [Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' }), true],
  [new Error('outer', { cause: new AggregateError([Object.assign(new Error(''), { code: 'ECONNRESET' })]) }), true],
  [new Error('Command timed out'), true],
  [new Error('refused', { cause: 'PostgreSQL is away' }), true],
  [Object.assign(new Error('null value in column'), { code: '23502' }), false],
  [new TypeError('x is not a function'), false],
  ['plain', false],
])('%s: a neighbour is away: %s', (error, away) => expect(isUnavailable(error)).toBe(away));

test('a call waits while a neighbour is away, and no longer than it is asked to', async () => {
  const signal = new AbortController().signal;
  let calls = 0;
  const away = async () => {
    calls += 1;
    if (calls < 4) throw new Error('Connection is closed.');
    return calls;
  };
  expect(await whileUnavailable(away, { signal, onUnavailable: () => {} })).toBe(4);
  await expect(
    whileUnavailable(() => Promise.reject(new Error('other')), { signal, onUnavailable: () => {} }),
  ).rejects.toThrow('other');
  calls = 0;
  await expect(whileUnavailable(away, { signal, onUnavailable: () => {}, patience: -1 })).rejects.toThrow('closed');
});
