import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@whisper-bot/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Supervised, type SupervisedOptions, supervise } from './supervise.js';

let folder: string;
const started: Supervised[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whisper-bot-supervise-'));
});
afterEach(async () => {
  for (const part of started.splice(0)) await part.stop(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const log = () => join(folder, 'part.log');
const start = (script: string, options: Partial<SupervisedOptions> = {}): Supervised => {
  const command = process.execPath;
  const part = supervise({ name: 'part', command, args: ['--eval', script], log: log(), ...options });
  started.push(part);
  return part;
};
const ready = "process.send({ ready: true, url: 'http://here' }); setInterval(() => {}, 1000);";

test('a part reports when it is ready and its address', async () => {
  const part = start(ready);
  expect(await part.started).toEqual({ kind: 'ready', announcement: { ready: true, url: 'http://here' } });
});

test('a part that is killed is started again', async () => {
  const why: string[] = [];
  const part = start(ready, { onRestart: (reason) => why.push(reason) });
  await part.started;
  const first = part.pid;
  process.kill(first ?? 0, 'SIGKILL');
  await until(() => part.pid !== undefined && part.pid !== first);
  expect(why).toEqual(['SIGKILL']);
});

test('pauses grow while it keeps failing', async () => {
  const pauses: number[] = [];
  start('process.exit(3)', { onRestart: (_reason, pause) => pauses.push(pause) });
  await until(() => pauses.length >= 2);
  expect(pauses.slice(0, 2)).toEqual([500, 1000]);
});

test.each([0, 78])('exit code %i means that another start would not help', async (code) => {
  let restarts = 0;
  const part = start(`process.exit(${code})`, { onRestart: () => (restarts += 1) });
  expect(await part.started).toEqual({ kind: 'ended', code });
  expect({ restarts, pid: part.pid }).toEqual({ restarts: 0, pid: undefined });
});

test('stopping asks first, and kills what does not listen', async () => {
  const polite = start(`process.on('SIGTERM', () => { console.log('good-bye'); process.exit(); }); ${ready}`);
  await polite.started;
  await polite.stop(120_000);
  expect(await readFile(log(), 'utf8')).toContain('good-bye');
  const deaf = start(`process.on('SIGTERM', () => {}); ${ready}`);
  await deaf.started;
  await deaf.stop(50);
  expect(deaf.pid).toBeUndefined();
});

test('a program that is not there does not end the supervisor', async () => {
  const why: string[] = [];
  start('', { command: '/no/such/program', onRestart: (reason) => why.push(reason) });
  await until(() => why.length > 0);
  expect(why[0]).toMatch(/exit code|not be started/);
});
