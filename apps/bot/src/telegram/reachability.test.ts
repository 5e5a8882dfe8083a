import { lookup } from 'node:dns/promises';
import type { Outage } from '@whisper-bot/pipeline';
import { until } from '@whisper-bot/testing';
import { Api } from 'grammy';
import { expect, test, vi } from 'vitest';
import { createReachability } from './reachability.js';

const token = '12345:a-token-that-must-not-be-shown';

/** What was logged and announced by a watch on this address. */
const watch = (apiRoot: string) => {
  const logged: string[] = [];
  const announced: (Outage | null)[] = [];
  const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const reachability = createReachability({
    apiRoot,
    patience: 20,
    log: { info: note, warn: note, error: note, debug: note } as never,
    announce: async (outage) => void announced.push(outage),
  });
  return { logged, announced, reachability };
};

test('a name that does not resolve is said in readiness, log and to the operators, without the token', async () => {
  const { logged, announced, reachability } = watch('https://telegram.invalid');
  const api = new Api(token, { apiRoot: 'https://telegram.invalid' });
  const failure = await api.getMe().catch((error: unknown) => error);
  reachability.failed(failure);
  // The system's resolver says which code it is on this machine: no such name, or no name server.
  const code = await lookup('telegram.invalid').then(
    () => '',
    (error: NodeJS.ErrnoException) => `${error.code}`,
  );
  const said = await until(() => reachability.trouble());
  expect(said).toBe(`Telegram is unreachable: the name telegram.invalid does not resolve (${code})`);
  await until(() => logged.some((line) => line.includes(said)));
  expect(announced.at(-1)).toMatchObject({ part: 'telegram', host: 'telegram.invalid', kind: 'name', code });
  expect(JSON.stringify([logged, announced])).not.toContain(token);

  reachability.answered();
  expect(reachability.trouble()).toBeNull();
  expect(announced.at(-1)).toBeNull();
  expect(logged.at(-1)).toContain('Telegram answers again');
  await reachability.close();
});

test('a first call that hangs counts as well, and a refused connection is no matter of names', async () => {
  const { reachability } = watch('http://127.0.0.1:9');
  expect(await until(() => reachability.trouble())).toBe('Telegram is unreachable: 127.0.0.1:9 does not answer');
  reachability.failed(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
  expect(reachability.trouble()).toBe('Telegram is unreachable: no connection to 127.0.0.1:9 (ECONNREFUSED)');
  await reachability.close();
});

test('one failure between answers is nothing to report', async () => {
  const { announced, reachability } = watch('http://127.0.0.1:9');
  reachability.answered();
  reachability.failed(new Error('once'));
  reachability.answered();
  await reachability.close();
  expect(announced).toEqual([]);
  expect(reachability.trouble()).toBeNull();
});

test('that it is silent is noticed although the clock on the wall was set back meanwhile', async () => {
  const { announced, reachability } = watch('https://telegram.invalid');
  reachability.failed(new Error('silent'));
  const past = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
  try {
    await until(() => announced.length > 0);
    expect(announced[0]).toMatchObject({ part: 'telegram' });
  } finally {
    past.mockRestore();
    await reachability.close();
  }
});
