import { TaskError } from '@whisper-bot/task';
import { expect, test } from 'vitest';
import { limited } from './limit.js';

const hang = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new Error('killed')), { once: true }),
  );
const live = new AbortController().signal;

test('an engine past its limit is aborted and the attempt fails as such, to be tried again', async () => {
  const error = await limited(live, { base: 0.01, each: 0.001 }, 10, hang).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TaskError);
  expect(error).toMatchObject({ code: 'time-limit', retryable: true });
});

test('an abort from outside stays what it was', async () => {
  const cancel = new AbortController();
  const running = limited(cancel.signal, { base: 60, each: 0 }, 0, hang);
  cancel.abort(new Error('cancelled'));
  await expect(running).rejects.toThrow('killed');
});

test('an answer in time passes', async () => {
  expect(await limited(live, { base: 60, each: 0 }, 0, async () => 42)).toBe(42);
});
