import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@whisper-bot/embedded';
import { createLogger } from '@whisper-bot/runtime';
import { attackHttp, until } from '@whisper-bot/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AnalyticsEvent,
  activeUsers,
  createRecorder,
  failureCauses,
  messagesByKind,
  openAnalytics,
  popularLanguages,
  popularModels,
  realTimeFactors,
  stageTimes,
  timeline,
  volume,
} from './index.js';

const logger = createLogger({ name: 'test', level: 'silent' });
const period = { since: 1_790_000_000, until: 1_790_086_400 };
const noon = (period.since + 43_200) * 1000;

let root: string;
let server: EmbeddedClickHouse;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'analytics-'));
  Object.assign(process.env, { DATABASE_URL: 'postgres://u:fifty-secret@h/d' });
  server = await startEmbeddedClickHouse({ dir: join(root, 'data'), logger });
  delete process.env.DATABASE_URL;
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

it('runs in an environment that knows no other server', async () => {
  const environment = await readFile(`/proc/${server.pid}/environ`, 'utf8');
  expect(environment).toContain('PATH=');
  expect(environment).not.toContain('fifty-secret');
});

/** A database of its own in the shared server. */
const openFresh = async () => {
  const url = new URL(server.url);
  url.pathname = `/test_${randomUUID().replaceAll('-', '')}`;
  const database = openAnalytics({ url: url.href });
  await database.migrate();
  return database;
};

const finished = (overrides: Partial<AnalyticsEvent & { table: 'transcribe_events' }> = {}): AnalyticsEvent => ({
  table: 'transcribe_events',
  at: noon,
  event: 'finished',
  taskId: randomUUID(),
  stage: 'transcribe',
  owner: 'tg:1',
  waitMs: 100,
  runMs: 2000,
  audioSeconds: 40,
  model: 'base',
  language: 'en',
  worker: 'w1',
  ...overrides,
});

const record = async (events: AnalyticsEvent[]) => {
  const database = await openFresh();
  const recorder = createRecorder({ database, spoolDir: join(root, randomUUID()), logger });
  for (const event of events) recorder.record(event);
  await recorder.flush();
  await recorder.close();
  expect(recorder.state).toEqual({ recorded: events.length, inserted: events.length, spooled: 0, dropped: 0 });
  return database;
};

describe('questions', () => {
  it('gives volume, times, factors, causes and favourites of a day', async () => {
    const taskId = randomUUID();
    const database = await record([
      { table: 'transcribe_events', at: noon - 5000, event: 'accepted', taskId, owner: 'tg:1', channel: 'telegram' },
      { table: 'transcribe_events', at: noon - 4000, event: 'accepted', taskId: randomUUID(), owner: 'tg:2' },
      finished({ taskId }),
      finished({ taskId, stage: 'merge', at: noon + 10 }),
      finished({ stage: 'diarize', event: 'failed', errorCode: 'engine-crashed' }),
      {
        table: 'messages',
        at: noon,
        channel: 'telegram',
        owner: 'tg:1',
        kind: 'voice',
        bytes: 5_000_000_000,
        chatKind: 'private',
      },
    ]);
    expect(await database.ask(volume, { ...period, step: 86_400 })).toMatchObject([
      { tasks: 1, audioSeconds: 40, failures: 1 },
    ]);
    expect(await database.ask(stageTimes, period)).toContainEqual({
      stage: 'transcribe',
      jobs: 1,
      waitMs: [100, 100, 100],
      runMs: [2000, 2000, 2000],
    });
    expect(await database.ask(realTimeFactors, period)).toEqual([
      { stage: 'transcribe', model: 'base', worker: 'w1', jobs: 1, factor: 0.05, median: 0.05 },
    ]);
    expect(await database.ask(failureCauses, period)).toEqual([
      { stage: 'diarize', code: 'engine-crashed', failures: 1, tasks: 1 },
    ]);
    expect(await database.ask(popularModels, period)).toEqual([{ name: 'base', tasks: 1, audioSeconds: 40 }]);
    expect(await database.ask(popularLanguages, period)).toEqual([{ name: 'en', tasks: 1, audioSeconds: 40 }]);
    expect((await database.ask(activeUsers, period)).map((row) => row.users)).toEqual([2]);
    expect(await database.ask(messagesByKind, period)).toEqual([
      { kind: 'voice', messages: 1, people: 1, bytes: 5_000_000_000 },
    ]);
    const marks = await database.ask(timeline, { taskId });
    expect(marks.map((mark) => [mark.event, mark.stage, mark.at - noon])).toEqual([
      ['accepted', '', -5000],
      ['finished', 'transcribe', 0],
      ['finished', 'merge', 10],
    ]);
    await database.close();
  });

  it('answers about an empty time with nothing, not with an error', async () => {
    const database = await openFresh();
    for (const query of [stageTimes, realTimeFactors, failureCauses, popularModels, activeUsers, messagesByKind])
      expect(await database.ask<typeof period, unknown>(query, period)).toEqual([]);
    await database.close();
  });
});

describe('the embedded server', () => {
  it('refuses a stranger', async () => {
    const stranger = new URL(server.url);
    stranger.password = 'guess';
    const database = openAnalytics({ url: stranger.href });
    await expect(database.migrate()).rejects.toThrow(/Authentication failed/);
    await database.close();
  });

  it('lives through requests that are none', async () => {
    const { port, username, password } = new URL(server.url);
    const key = `Authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    for (const headers of [[], [key]]) {
      const report = await attackHttp(Number(port), { paths: ['/', '/ping', '/?query=x'], headers });
      expect(report.hanging).toEqual([]);
    }
    const database = await record([{ table: 'messages', at: noon, channel: 'telegram', owner: 'tg:1', kind: 'voice' }]);
    expect(await database.ask(messagesByKind, period)).toMatchObject([{ messages: 1 }]);
    await database.close();
  });

  it('takes values as values, never as SQL', async () => {
    const owner = `'); DROP TABLE messages; --\n"\\`;
    const database = await record([{ table: 'messages', at: noon, channel: 'telegram', owner, kind: 'voice' }]);
    expect(await database.ask(messagesByKind, period)).toMatchObject([{ messages: 1 }]);
    await database.close();
  });
});

describe('one bad event', () => {
  it('does not stop those of its batch, be it refused here or by ClickHouse', async () => {
    const database = await openFresh();
    const insert: typeof database.insert = async (table, rows, token) => {
      if (rows.some(({ owner }) => owner === 'refused')) throw new Error('Code: 27. DB::Exception: Cannot parse input');
      await database.insert(table, rows, token);
    };
    const recorder = createRecorder({ database: { ...database, insert }, spoolDir: join(root, randomUUID()), logger });
    for (let n = 0; n < 40; n += 1) recorder.record(finished());
    recorder.record(finished({ owner: 'x'.repeat(200) }));
    recorder.record(finished({ owner: 'refused' }));
    for (let n = 0; n < 40; n += 1) recorder.record(finished());
    await recorder.flush();
    await recorder.close();
    expect(recorder.state).toEqual({ recorded: 82, inserted: 80, spooled: 0, dropped: 2 });
    expect(await database.ask(stageTimes, period)).toMatchObject([{ stage: 'transcribe', jobs: 80 }]);
    await database.close();
  });

  it('in the spool, cut off by a crash, is set aside and counted; the batches behind it go on', async () => {
    const database = await openFresh();
    const spoolDir = join(root, randomUUID());
    await mkdir(spoolDir);
    const { table: _, ...row } = finished();
    const line = JSON.stringify({ ...row, taskId: randomUUID() });
    const name = (n: number) => join(spoolDir, `170000000000${n}-${randomUUID()}.transcribe_events.jsonl`);
    await writeFile(name(1), `${line}\n${line.slice(0, 40)}`);
    await writeFile(name(2), '\0\0\0\0');
    await writeFile(name(3), `${line}\n[1]\n`);
    await writeFile(name(4), `${line}\n`);
    const recorder = createRecorder({ database, spoolDir, logger });
    recorder.record(finished());
    await recorder.flush();
    expect(recorder.state).toEqual({ recorded: 1, inserted: 4, spooled: 0, dropped: 3 });
    expect(await database.ask(stageTimes, period)).toMatchObject([{ stage: 'transcribe', jobs: 4 }]);
    expect((await readdir(spoolDir)).map((each) => each.endsWith('.damaged'))).toEqual([true, true, true]);
    await recorder.close();
    expect(recorder.state.dropped).toBe(3);
    await database.close();
  });
});

describe('while ClickHouse is away', () => {
  it('loses no event and counts none twice', async () => {
    const dir = join(root, 'away');
    const spoolDir = join(root, 'away-spool');
    const first = await startEmbeddedClickHouse({ dir, logger });
    const { port, password } = new URL(first.url);
    const database = openAnalytics({ url: first.url });
    const recorder = createRecorder({ database, spoolDir, logger, intervalMs: 3_600_000 });
    for (let n = 0; n < 500; n += 1) recorder.record(finished());
    await recorder.flush();

    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    for (let n = 0; n < 1000; n += 1) recorder.record(finished());
    await recorder.flush();
    expect(recorder.state).toMatchObject({ inserted: 500, spooled: 1000, dropped: 0 });
    expect(await readdir(spoolDir)).toHaveLength(1);

    const second = await startEmbeddedClickHouse({ dir, port: Number(port), secret: password, logger });
    recorder.record(finished());
    await recorder.flush();
    expect(await readdir(spoolDir)).toEqual([]);
    expect(await database.ask(stageTimes, period)).toMatchObject([{ stage: 'transcribe', jobs: 1501 }]);
    await recorder.close();
    await database.close();
    await second.close();
  });

  it('asks it once more, not once for every flush that came meanwhile', async () => {
    const calls: ((error: Error) => void)[] = [];
    const insert = () => new Promise<void>((_resolve, reject) => void calls.push(reject));
    const database = { insert, migrate: async () => undefined };
    const spoolDir = join(root, randomUUID());
    const recorder = createRecorder({ database, spoolDir, logger, intervalMs: 3_600_000, closeMs: 50 });
    recorder.record(finished());
    const first = recorder.flush();
    await until(() => calls.length === 1);
    const later = new Set(Array.from({ length: 50 }, () => recorder.flush()));
    expect(later.size).toBe(1);
    recorder.record(finished());
    calls[0]?.(new Error('connect ECONNREFUSED'));
    await first;
    await until(() => calls.length === 2);
    calls[1]?.(new Error('connect ECONNREFUSED'));
    await Promise.all(later);
    expect(recorder.state).toMatchObject({ spooled: 2, inserted: 0 });
    expect(calls).toHaveLength(2);
    await recorder.close();
  });

  it('ends soon though ClickHouse takes the call and stays silent; the events are recorded later', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const spoolDir = join(root, 'silent-spool');
    const { port } = silent.address() as AddressInfo;
    const mute = openAnalytics({ url: `http://127.0.0.1:${port}/whisper_bot`, requestTimeoutMs: 3_600_000 });
    const recorder = createRecorder({ database: mute, spoolDir, logger, intervalMs: 3_600_000, closeMs: 50 });
    for (let n = 0; n < 3; n += 1) recorder.record(finished());
    const connected = once(silent, 'connection');
    void recorder.flush();
    await connected;
    recorder.record(finished());
    await recorder.close();
    await mute.close();
    silent.close();
    expect(recorder.state).toEqual({ recorded: 4, inserted: 0, spooled: 4, dropped: 0 });

    const database = await openFresh();
    const next = createRecorder({ database, spoolDir, logger });
    await next.flush();
    await next.close();
    expect(next.state.inserted).toBe(4);
    expect(await database.ask(stageTimes, period)).toMatchObject([{ jobs: 4 }]);
    await database.close();
  });

  it('loses nothing of a killed process: what it held is recorded by the next one, once', async () => {
    const database = await openFresh();
    const spoolDir = join(root, randomUUID());
    const entry = pathToFileURL(createRequire(import.meta.url).resolve('@whisper-bot/analytics')).href;
    const program = `const { createRecorder } = await import(process.argv[1]);
const quiet = { info() {}, warn() {}, error() {} };
const database = { migrate: async () => {}, insert: async () => {} };
const recorder = createRecorder({ database, spoolDir: process.argv[2], logger: quiet, intervalMs: 3_600_000 });
for (const event of JSON.parse(process.argv[3])) recorder.record(event);
process.stdout.write('held');
setInterval(() => {}, 1000);`;
    const events = [finished(), finished(), finished()];
    const args = ['--input-type=module', '-e', program, entry, spoolDir, JSON.stringify(events)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const next = createRecorder({ database, spoolDir, logger, intervalMs: 3_600_000 });
    // As long as it lives, what it holds is its own.
    await next.flush();
    expect(next.state.inserted).toBe(0);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    await next.flush();
    await next.flush();
    expect(next.state).toMatchObject({ inserted: 3, dropped: 0 });
    expect(await database.ask(stageTimes, period)).toMatchObject([{ stage: 'transcribe', jobs: 3 }]);
    expect(await readdir(spoolDir)).toEqual([]);
    await next.close();
    await database.close();
  });

  it('counts a batch once whose answer was lost', async () => {
    const database = await openFresh();
    const row = finished();
    const token = randomUUID();
    for (let n = 0; n < 3; n += 1) await database.insert('transcribe_events', [row], token);
    expect(await database.ask(stageTimes, period)).toMatchObject([{ jobs: 1 }]);
    await database.close();
  });

  it('bounds memory and disk, and counts what it drops', async () => {
    const refuses = { migrate: async () => undefined, insert: () => Promise.reject(new Error('away')) };
    const spoolDir = join(root, 'full-spool');
    const recorder = createRecorder({ database: refuses, spoolDir, logger, maxRows: 10, maxSpoolBytes: 3000 });
    for (let n = 0; n < 12; n += 1) recorder.record(finished());
    await recorder.flush();
    for (let n = 0; n < 10; n += 1) recorder.record(finished());
    await recorder.close();
    expect(recorder.state).toEqual({ recorded: 22, inserted: 0, spooled: 10, dropped: 12 });
  });
});
