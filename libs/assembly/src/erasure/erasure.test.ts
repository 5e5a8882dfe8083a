import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveConfig } from '@whisper-bot/config';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@whisper-bot/embedded';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { type Gateway, startGateway } from '@whisper-bot/gateway';
import type { StageHandlers } from '@whisper-bot/pipeline';
import { createLogger } from '@whisper-bot/runtime';
import {
  createInbox,
  createOutboxRepository,
  createRequestStore,
  createUserRepository,
  type StoredRequest,
} from '@whisper-bot/store/telegram';
import { freshDatabase, type TestDatabase } from '@whisper-bot/store/test/fresh-database';
import { createTaskFolder, type Task, TaskError, type TaskId, taskFolder, taskSchema } from '@whisper-bot/task';
import { type TemporaryDirectory, temporaryDirectory, until } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble, type Installation, keepRecord } from '../index.js';
import { createEraser } from './eraser.js';
import { findEverywhere, type Places } from './test/search.js';

// A marker in every field a person can fill; each kind of deletion; then every place is searched.
const botId = 4711;
let directory: TemporaryDirectory;
let redis: TestRedis;
let postgres: TestDatabase;
let clickhouse: EmbeddedClickHouse;
let installation: Installation;
let gateway: Gateway;
let client: Redis;
let pool: pg.Pool;
let places: Places;
let tasksDir: string;
const closers: (() => unknown)[] = [];
const log: string[] = [];

/** What the stages find in each recording, by its title. */
const behaviour = new Map<string, (signal: AbortSignal) => Promise<void>>();
const said = new Map<string, string>();

const stages: StageHandlers = {
  prepare: async ({ log: write, task }) => {
    write('decoded');
    return { duration: 7, chunks: task.title.includes('silent') ? [] : [7] };
  },
  transcribe: async ({ task, signal }) => behaviour.get(task.id)?.(signal),
  diarize: async () => undefined,
  merge: async ({ task, folder }) => {
    const text = said.get(task.id) ?? '';
    await folder.write('recognition-0.json', { text });
    await folder.write('transcript.json', {
      v: 1,
      language: 'en',
      duration: 7,
      model: 'base',
      engine: 'stand-in',
      translated: false,
      speakers: { outcome: 'found', list: [{ label: 'SPEAKER_00', name: `${text}name` }] },
      text,
      segments: [{ start: 0, end: 7, text, speaker: 'SPEAKER_00', words: [] }],
    });
  },
};

beforeAll(async () => {
  directory = await temporaryDirectory('erasure');
  const silent = createLogger({ name: 'test', level: 'silent' });
  [redis, clickhouse, postgres] = await Promise.all([
    startRedis(),
    startEmbeddedClickHouse({ dir: join(directory.path, 'clickhouse'), logger: silent }),
    freshDatabase(),
  ]);
  const config = resolveConfig({
    env: {
      WHISPER_BOT_HOME: join(directory.path, 'home'),
      REDIS_URL: redis.url,
      DATABASE_URL: postgres.url,
      CLICKHOUSE_URL: clickhouse.url,
      MIN_FREE_DISK: '0',
    },
  });
  tasksDir = config.tasksDir;
  await mkdir(tasksDir, { recursive: true });
  const logger = createLogger({
    name: 'test',
    level: 'trace',
    destination: { write: (line: string) => void log.push(line) },
  });
  const lifecycle = {
    onClose: (_name: string, close: (grace: number) => unknown) => void closers.push(() => close(0)),
  };
  const options = { config, logger, lifecycle };
  installation = await assemble(options);
  const { pipeline, store, analytics } = installation;
  await store?.opened;
  await keepRecord(installation, options, { grace: 600, interval: 300 });
  const work = await pipeline.work(stages, { lockDuration: 4000 });
  const folder = await pipeline.serveDeliveries('folder', async () => undefined);
  const telegram = await pipeline.serveDeliveries('telegram', async () => undefined);
  gateway = await startGateway({ redis: redis.url, pipeline, tasksDir, isKnownModel: () => true, logger });
  closers.push(
    () => gateway.close(),
    () => telegram.close(),
    () => folder.close(),
    () => work.close(),
  );
  client = new Redis(redis.url);
  pool = new pg.Pool({ connectionString: postgres.url });
  pool.on('error', () => undefined);
  if (analytics === null) throw new Error('no analytics');
  const [, redisDirectory = ''] = (await client.config('GET', 'dir')) as string[];
  places = { redis: client, database: pool, analytics, folders: [config.home, redisDirectory], log };
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  client?.disconnect();
  await pool?.end();
  await redis?.close();
  await clickhouse?.close();
  await postgres?.drop();
  await directory?.remove();
});

const find = (marker: string) => findEverywhere(marker, places);
const newMarker = (what: string): string => `marker${what}${randomUUID().replaceAll('-', '').slice(0, 12)}`;

interface Given {
  channel?: Task['channel'];
  owner?: string;
  chat?: number;
  fails?: boolean;
  behave?: (signal: AbortSignal) => Promise<void>;
}

/** A task whose every field holds the marker, worked to its end. */
const plant = async (
  marker: string,
  { channel = 'folder', owner = 'local', chat, fails = false, behave }: Given = {},
) => {
  const id = randomUUID() as TaskId;
  const folder = await createTaskFolder(tasksDir, id);
  await writeFile(folder.file('audio.ogg'), `sound ${marker}`);
  const task = taskSchema.parse({
    v: 1,
    id,
    channel,
    source: 'audio.ogg',
    title: `${marker}title.ogg`,
    owner,
    options: { prompt: `${marker}prompt` },
    origin: {
      ...(chat === undefined ? {} : { chat_id: chat, user_id: chat }),
      webhook: { url: `https://hooks.example/${marker}secret` },
    },
    acceptedAt: new Date().toISOString(),
  });
  said.set(id, `${marker}said`);
  if (behave !== undefined) behaviour.set(id, behave);
  if (fails) {
    behaviour.set(id, async () => {
      const cause = new Error(`${marker}cause`);
      throw new TaskError('damaged-media', `The recording is damaged.`, {
        cause,
        params: { detail: `${marker}param` },
      });
    });
  }
  await installation.pipeline.submit(task);
  return task;
};

const untilRecorded = (id: TaskId, state: string) =>
  until(async () => (await (await installation.store?.opened)?.tasks.find(id))?.state === state);
const ended = async (task: Task, state: 'done' | 'failed') => {
  await untilRecorded(task.id, state);
  if (state === 'failed')
    await until(async () => (await client.exists(`whisper:dead:${task.id}-transcribe-0-r1`)) === 1);
  // Analytics events of a task are sent a second later.
  await installation.recorder?.flush();
};
const eraser = () => {
  if (installation.eraser === null) throw new Error('no eraser');
  return installation.eraser;
};
/** A minute passes for every promise, until all are kept. */
const untilKept = () =>
  until(async () => {
    await pool.query(`update erasure set next_at = now(), passed_at = passed_at - interval '2 minutes'`);
    return (await pool.query('select 1 from erasure')).rowCount === 0;
  });

describe('a deleted task', () => {
  it.each(['done', 'failed'] as const)('that is %s leaves nothing of what was said, and that it was', async (state) => {
    const marker = newMarker(state);
    const task = await plant(marker, { fails: state === 'failed', owner: 'key:1' });
    await ended(task, state);
    await installation.pipeline.notify({ taskId: task.id, event: 'completed', revision: 1 });
    expect((await find(marker)).join('\n')).toMatch(/redis: [\s\S]*postgres: task[\s\S]*file: /);
    expect(await find(task.id)).toContain('clickhouse: transcribe_events');

    await eraser().tasks([task.id]);
    const store = await installation.store?.opened;
    expect(await store?.tasks.find(task.id)).toMatchObject({ state, title: '', owner: 'key:1', cause: null });
    await untilKept();
    // The append-only file is rewritten behind the answer.
    await until(async () => (await find(marker)).length === 0).catch(() => undefined);
    expect(await find(marker)).toEqual([]);
    const left = (await find(task.id)).filter((place) => !place.startsWith('log:') && !place.includes('.aof'));
    expect(
      left.filter((place) => !/^postgres: (task|task_change|telegram_usage):|^redis: whisper:task:/.test(place)),
    ).toEqual([]);
    expect(await client.hkeys(`whisper:task:${task.id}`)).toEqual(['id', 'state', 'revision', 'percent', 'at']);
  });

  it('that runs is stopped, and nothing of it comes back', async () => {
    const marker = newMarker('running');
    let aborted = false;
    const task = await plant(marker, {
      behave: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason as Error);
          });
        }),
    });
    await until(async () => (await installation.pipeline.progress(task.id))?.state === 'running');
    await eraser().tasks([task.id]);
    await until(() => aborted);
    await untilRecorded(task.id, 'cancelled');
    await untilKept();
    await until(async () => (await find(marker)).length === 0).catch(() => undefined);
    expect(await find(marker)).toEqual([]);
  });

  it('that came by the stream takes its results along', async () => {
    const marker = newMarker('stream');
    const id = randomUUID() as TaskId;
    const folder = await createTaskFolder(tasksDir, id);
    await writeFile(folder.file('audio.ogg'), marker);
    said.set(id, `${marker}said`);
    const payload = { task_id: id, file_path: folder.file('audio.ogg'), user_id: 31_415_926_535 };
    await client.xadd('transcribe:tasks', '*', 'payload', JSON.stringify(payload));
    await until(async () => (await client.exists(`result:${id}`)) === 1);
    await untilRecorded(id, 'done');
    expect(await find(marker)).toContain('redis: transcribe:results');
    await eraser().tasks([id]);
    await untilKept();
    await until(async () => (await find(marker)).length === 0).catch(() => undefined);
    expect(await find(marker)).toEqual([]);
    expect(
      (await find(id)).filter((place) => place.startsWith('redis: transcribe') || place.startsWith('redis: result')),
    ).toEqual([]);
  });
});

it('contents of a person’s recordings go by themselves when they have been kept long enough', async () => {
  const marker = newMarker('old');
  const [telegram, other] = [
    await plant(marker, { channel: 'telegram', owner: 'tg:271828', chat: 271_828 }),
    await plant(newMarker('kept'), { owner: 'key:2' }),
  ];
  for (const task of [telegram, other]) await ended(task, 'done');
  await pool.query(`update task set changed_at = now() - interval '8 days' where id = any($1)`, [
    [telegram.id, other.id],
  ]);
  const store = await installation.store?.opened;
  await until(async () => (await store?.transcripts.read(telegram.id)) === null);
  await untilKept();
  expect((await find(marker)).filter((place) => !place.includes('.aof'))).toEqual([]);
  // What programs and operators hand in stays until they delete it.
  expect((await store?.tasks.find(other.id))?.title).not.toBe('');
});

describe('a person who wants to be forgotten', () => {
  /** Everything a bot keeps of someone, with a marker in each field. */
  const live = async (marker: string, number: number, group: number) => {
    const inbox = createInbox(pool, botId);
    const outbox = createOutboxRepository(pool, botId);
    const requests = createRequestStore<StoredRequest>(pool, botId, (body) => body as StoredRequest);
    const books = createUserRepository(pool, { botId, key: 'the token' });
    const from = { id: number, first_name: `${marker}first`, last_name: `${marker}last`, username: `${marker}user` };
    const update = (chat: number, updateId: number) => ({
      updateId,
      chatId: chat,
      body: {
        update_id: updateId,
        message: {
          message_id: updateId,
          from,
          chat: { id: chat, title: `${marker}chat` },
          caption: `${marker}caption`,
        },
      },
    });
    const first = Math.floor(Math.random() * 1e9);
    await inbox.put([update(number, first), update(group, first + 1), update(number, first + 2)]);
    await inbox.done(first);
    for (const each of [first + 1, first + 2]) await inbox.park(each, `Error: ${marker}parked`);
    const tasks = [
      await plant(marker, { channel: 'telegram', owner: `tg:${number}`, chat: number }),
      await plant(marker, { channel: 'telegram', owner: `tg:${number}`, chat: group, fails: true }),
    ] as const;
    for (const [index, task] of tasks.entries()) {
      const chatId = index === 0 ? number : group;
      await requests.open({
        taskId: task.id,
        chatId,
        userId: number,
        fileUniqueId: `${marker}file`,
        state: 'done',
        ...({ title: `${marker}title`, fileId: `${marker}file`, messageId: index, options: task.options } as object),
      });
      await outbox.put([
        { key: `task:${task.id}`, chatId, priority: 1, sequence: 6, content: { kind: 'text', html: `${marker}said` } },
        {
          key: `u:${first}:answer${index}`,
          chatId,
          priority: 1,
          sequence: 0,
          content: { kind: 'text', html: `${marker}name` },
        },
      ]);
      for (const key of [`task:${task.id}`, `u:${first}:answer${index}`]) {
        const claimed = await outbox.claim(key);
        await outbox.sent(key, claimed?.version ?? 0, index + 1);
      }
      await books.charge({ taskId: task.id, userId: number, seconds: 40 });
    }
    await books.setPreference(number, { language: 'ru', note: marker });
    installation.recorder?.record({
      table: 'messages',
      at: Date.now(),
      channel: 'telegram',
      owner: `tg:${number}`,
      chat: String(number),
      kind: 'voice',
    });
    await ended(tasks[0], 'done');
    await ended(tasks[1], 'failed');
    return { tasks, books, requests };
  };

  it('leaves nothing in any place but the day’s sum under a hash', async () => {
    const marker = newMarker('person');
    const number = 7_000_000_000 + Math.floor(Math.random() * 1e9);
    const group = -1_009_000_000_000 - Math.floor(Math.random() * 1e9);
    const { books } = await live(marker, number, group);
    const bystander = newMarker('bystander');
    const another = await plant(bystander, { channel: 'telegram', owner: 'tg:55', chat: group });
    await ended(another, 'done');
    const before = (await find(String(number))).join('\n');
    expect(before).toMatch(/redis: whisper:task[\s\S]*postgres: telegram_usage[\s\S]*clickhouse: messages/);

    await books.forgetUsage(number);
    await eraser().owner(`tg:${number}`);
    const late = await plant(newMarker('late'), { channel: 'telegram', owner: `tg:${number}`, chat: number });
    await ended(late, 'done');
    await untilKept();
    // What was sent after the wish is not meant by it.
    const store = await installation.store?.opened;
    expect((await store?.tasks.find(late.id))?.title).not.toBe('');
    await eraser().owner(`tg:${number}`);
    await untilKept();

    await until(async () => (await find(marker)).length + (await find(String(number))).length === 0).catch(
      () => undefined,
    );
    expect(await find(marker)).toEqual([]);
    expect(await find(String(number))).toEqual([]);
    expect((await find(bystander)).join()).toContain('postgres: result');
    // The limit of the day holds all the same, for this person alone.
    expect(await books.usage(number)).toEqual({ secondsToday: 80, secondsTotal: 0, tasks: 0 });
    expect(await books.usage(number + 1)).toMatchObject({ secondsToday: 0 });
    await pool.query('update telegram_usage set day = day - 1');
    await books.pruneUsage();
    expect((await pool.query('select 1 from telegram_usage where user_id < -1e18')).rowCount).toBe(0);
  });
});

it('what is away is asked again until it has confirmed', async () => {
  const marker = newMarker('away');
  const task = await plant(marker);
  await ended(task, 'done');
  const store = await installation.store?.opened;
  if (store === undefined) throw new Error('no store');
  let away = true;
  const refusing = createEraser({
    store: async () => store,
    pipeline: { erase: (erased) => (away ? Promise.reject(new Error('away')) : installation.pipeline.erase(erased)) },
    analytics: {
      erase: (erased) =>
        away ? Promise.reject(new Error('away')) : (installation.analytics?.erase(erased) ?? Promise.resolve()),
    },
    spoolDir: join(directory.path, 'spool'),
    results: null,
    keep: () => 1e9,
    logger: { info: () => undefined, warn: () => undefined },
  });
  await refusing.tasks([task.id]);
  await refusing.close();
  expect((await find(marker)).some((place) => place.startsWith('redis:'))).toBe(true);
  away = false;
  await untilKept();
  expect((await find(marker)).filter((place) => !place.includes('.aof'))).toEqual([]);
  expect(await taskFolder(tasksDir, task.id).list()).toEqual([]);
});
