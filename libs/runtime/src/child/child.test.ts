import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '@whisper-bot/testing';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { type Child, createChild } from './child.js';
import type { ChildOptions } from './managed-process.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixture/${name}`, import.meta.url));
const warnings: string[] = [];
const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
const never = new AbortController().signal;
/** Milliseconds after which something hangs, on a machine that is busy with much else. */
const timeLimitMs = 120_000;
const unhurried = { signal: never, timeLimitMs };

const children: Child[] = [];
const start = (options: Partial<ChildOptions> = {}) => {
  const child = createChild({
    name: 'fixture',
    command: process.execPath,
    args: [fixture('child.mjs')],
    memoryLimitBytes: 2 ** 31,
    logger,
    ...options,
  });
  children.push(child);
  return child;
};
afterEach(async () => void (await Promise.all(children.splice(0).map((child) => child.close()))));

const exists = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const untilGone = (pid: number) => until(() => !exists(pid));

/** Resolves with the running call once the child says it is at work. */
const atWork = async (child: Child, method: string, params: unknown, signal = never) => {
  let onProgress = () => {};
  const working = new Promise<void>((resolve) => {
    onProgress = resolve;
  });
  const call = child.call(method, params, { signal, timeLimitMs, onProgress });
  call.catch(() => {});
  await working;
  return { call };
};

test('a warm child answers call after call, one at a time, whatever is in the text', async () => {
  const child = start();
  const texts = ['plain', 'a "quoted"\nline\u2028', 'Привет 👋', `${'x'.repeat(300_000)}`];
  const pid = await child.call('pid', null, unhurried);
  expect(await Promise.all(texts.map((text) => child.call('echo', { text }, unhurried)))).toEqual(
    texts.map((text) => ({ text })),
  );
  expect(await child.call('pid', null, unhurried)).toBe(pid);
  expect(child.pid).toBe(pid);
});

test('half a character is replaced, not passed on: a strict UTF-8 reader would refuse the whole line', async () => {
  const child = start();
  const said = { prompt: 'Anna 👋 and half \ud83d', literal: 'a\\ud83d' };
  expect(await child.call('echo', said, unhurried)).toEqual({ ...said, prompt: 'Anna 👋 and half \ufffd' });
});

test.each(['{"id":7,"method":', '{"id":7,"method":5,"params":{}}', 'no JSON at all', '[]', '{"id":"x"}'])(
  'a child answers a line it cannot read, too: %s',
  async (line) => {
    const child = spawn(process.execPath, [fixture('child.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    child.stdin.write(`${line}\n{"id":8,"method":"echo","params":1}\n`);
    const answers: unknown[] = [];
    for await (const text of lines) {
      const answer = text === '' ? {} : (JSON.parse(text) as object);
      if ('id' in answer) answers.push(answer);
      if (answers.length === 2) break;
    }
    child.kill('SIGKILL');
    const id = line.startsWith('{"id":7') ? 7 : 0;
    expect(answers).toContainEqual({ id, error: expect.objectContaining({ code: 'invalid-request' }) });
    expect(answers).toContainEqual({ id: 8, result: 1 });
  },
);

test('parts of an answer arrive in order, as they were written, and none after cancelling', async () => {
  const child = start({ args: [fixture('parts.mjs')] });
  const parts: unknown[] = [];
  const collect = (part: unknown) => void parts.push(part);
  const said = [0, null, 'text', [{ a: [1] }]];
  expect(await child.call('say', said, { ...unhurried, onPart: collect })).toBe('said');
  expect(parts).toEqual(said);
  expect(await child.call('say', said, unhurried)).toBe('said');

  const controller = new AbortController();
  parts.length = 0;
  const onPart = (part: unknown) => {
    collect(part);
    controller.abort(new Error('enough'));
  };
  const call = child.call('say', [1, 2, 3], { signal: controller.signal, timeLimitMs, onPart });
  await expect(call).rejects.toThrow('enough');
  expect(parts).toEqual([1]);
});

test("what a handler throws reaches the caller as the operator's cause, and the child lives on", async () => {
  const child = start();
  const pid = await child.call('pid', null, unhurried);
  await expect(child.call('fail', null, unhurried)).rejects.toMatchObject({
    code: 'internal',
    cause: expect.stringContaining('no such luck'),
  });
  await expect(child.call('toString', null, unhurried)).rejects.toMatchObject({ code: 'internal' });
  expect(await child.call('pid', null, unhurried)).toBe(pid);
});

test('a child that dies of SIGSEGV costs one call, says why, and is started again', async () => {
  const child = start();
  const pid = await child.call('pid', null, unhurried);
  await expect(child.call('crash', null, unhurried)).rejects.toMatchObject({
    code: 'engine-crashed',
    retryable: true,
    cause: expect.stringMatching(/SIGSEGV.*about to fall/s),
  });
  expect(await child.call('pid', null, unhurried)).not.toBe(pid);
});

test('a child that is stopped is noticed by its silence, killed and replaced', async () => {
  const child = start({ heartbeatTimeoutMs: 5000 });
  const { call } = await atWork(child, 'block', { milliseconds: 600_000 });
  const pid = child.pid as number;
  process.kill(pid, 'SIGSTOP');
  await expect(call).rejects.toMatchObject({ code: 'engine-hung' });
  await untilGone(pid);
  expect(await child.call('echo', 1, unhurried)).toBe(1);
});

test('a blocking computation longer than the heartbeat limit is no hang', async () => {
  const child = start({ heartbeatTimeoutMs: 4000 });
  expect(await child.call('block', { milliseconds: 6000 }, unhurried)).toBe('done');
});

test('a child that never gets ready is killed after its start limit', async () => {
  const child = start({ args: ['-e', 'setInterval(() => {}, 1000)'], startTimeoutMs: 300, heartbeatTimeoutMs: 500 });
  await expect(child.call('echo', 1, unhurried)).rejects.toMatchObject({ code: 'engine-hung' });
});

test('a child that takes more memory than allowed is killed', async () => {
  const child = start({ memoryLimitBytes: 300 * 2 ** 20 });
  await expect(child.call('eat', { bytes: 600 * 2 ** 20 }, unhurried)).rejects.toMatchObject({ code: 'engine-memory' });
  expect(await child.call('echo', 1, unhurried)).toBe(1);
});

test('past its time limit a call ends and the child with it', async () => {
  const child = start();
  await expect(
    child.call('block', { milliseconds: 600_000 }, { signal: never, timeLimitMs: 500 }),
  ).rejects.toMatchObject({ code: 'time-limit', retryable: true });
});

test('cancelling lets a child that listens live, and kills one that does not', async () => {
  const patient = start({ cancelGraceMs: 120_000 });
  const first = new AbortController();
  const listening = await atWork(patient, 'steps', { count: 100_000, milliseconds: 20 }, first.signal);
  const { pid } = patient;
  first.abort(new Error('changed my mind'));
  await expect(listening.call).rejects.toThrow('changed my mind');
  expect(patient.pid).toBe(pid);

  const child = start();
  const second = new AbortController();
  const deaf = await atWork(child, 'block', { milliseconds: 600_000 }, second.signal);
  const deafPid = child.pid as number;
  second.abort(new Error('changed my mind again'));
  await expect(deaf.call).rejects.toThrow('changed my mind again');
  await untilGone(deafPid);
  expect(await child.call('echo', 1, unhurried)).toBe(1);
});

test('a call cancelled while it waits in line never reaches the child', async () => {
  const child = start();
  const { call } = await atWork(child, 'steps', { count: 10, milliseconds: 30 });
  const waiting = new AbortController();
  const queued = child.call('crash', null, { signal: waiting.signal, timeLimitMs });
  waiting.abort(new Error('left the line'));
  await expect(queued).rejects.toThrow('left the line');
  expect(await call).toBe('done');
});

test('lines that are not the protocol are ignored with a warning, which holds nothing of a torn answer', async () => {
  const child = start();
  warnings.length = 0;
  expect(await child.call('chatter', null, unhurried)).toBe('said');
  expect(warnings.join()).toContain('plain garbage');
  expect(warnings.join()).toContain('unknown line from child');
  expect(warnings.join()).not.toContain('secret plan');
});

test.runIf(process.platform === 'linux')(
  'a child gives freed memory back to the system, unless configured otherwise',
  async () => {
    const allocatorOf = async (env: NodeJS.ProcessEnv) => {
      const pid = await start({ env: { ...process.env, ...env } }).call('pid', null, unhurried);
      return (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter((line) => line.startsWith('MALLOC_'));
    };
    expect(await allocatorOf({})).toContain('MALLOC_TRIM_THRESHOLD_=1048576');
    expect(await allocatorOf({ MALLOC_TRIM_THRESHOLD_: '5' })).toContain('MALLOC_TRIM_THRESHOLD_=5');
  },
);

test('a missing program is said to be missing', async () => {
  const child = start({ command: '/nowhere/engine' });
  await expect(child.call('echo', 1, unhurried)).rejects.toMatchObject({ code: 'engine-missing' });
});

test('closing in the middle of a call leaves no process', async () => {
  const child = start();
  const { call } = await atWork(child, 'block', { milliseconds: 600_000 });
  const pid = child.pid as number;
  await child.close();
  await expect(call).rejects.toMatchObject({ code: 'engine-crashed' });
  await untilGone(pid);
});

test('a parent killed with SIGKILL leaves no orphan', async () => {
  const parent = spawn(process.execPath, [fixture('parent.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  expect(exists(pid)).toBe(true);
  parent.kill('SIGKILL');
  await untilGone(pid);
});
