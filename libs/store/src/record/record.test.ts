import { randomUUID } from 'node:crypto';
import {
  createTaskFolder,
  createTranscriptStore,
  isAbandoned,
  rankOf,
  type Task,
  TaskError,
  type TaskId,
  taskSchema,
  taskStates,
} from '@whisper-bot/task';
import { type TemporaryDirectory, temporaryDirectory } from '@whisper-bot/testing';
import type { Transcript } from '@whisper-bot/transcript';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isDataError } from '../data-error.js';
import { migrate } from '../migration/migrate.js';
import type { Tables } from '../schema.js';
import { openStore, type Store } from '../store.js';
import { freshDatabase, type TestDatabase } from '../test/fresh-database.js';
import { logger } from '../test/server.js';
import { type ReconciledQueue, reconcileOnce } from './reconcile.js';
import { createChangeRecorder } from './recorder.js';
import { renotifyOnce } from './renotify.js';
import { reannounceEdits, restoreEndings } from './restore.js';

let directory: TemporaryDirectory;
let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  directory = await temporaryDirectory('record');
});
afterAll(() => directory.remove());
beforeEach(async () => {
  database = await freshDatabase();
  store = await openStore({ url: database.url, logger });
});
afterEach(async () => {
  await store.close();
  await database.drop();
});

const start = Date.parse('2026-01-01T00:00:00Z');
const newTask = (more: Partial<Task> = {}): Task =>
  taskSchema.parse({
    v: 1,
    id: randomUUID(),
    channel: 'telegram',
    source: 'audio.ogg',
    owner: 'tg:1',
    options: {},
    acceptedAt: new Date(start).toISOString(),
    ...more,
  });
const save = (id: TaskId, transcript: Transcript) =>
  store.transcripts.change(id, () => ({ transcript, version: { revision: 1, edit: 0 } }));
const heard = (text: string): Transcript => ({
  v: 1,
  language: 'en',
  duration: 12.5,
  model: 'base',
  engine: 'stand-in',
  translated: false,
  speakers: { outcome: 'off', list: [] },
  text,
  segments: [{ start: 0, end: 1, text, speaker: null, words: [] }],
});

describe('a task in the record', () => {
  it('has every change of state once, with time and cause, even if sent twice', async () => {
    const task = newTask({ title: 'note.ogg', origin: { chatId: -5 } });
    await store.tasks.accept(task);
    await store.tasks.accept(task);
    const changes = [
      { taskId: task.id, state: 'preparing', at: start + 10 },
      { taskId: task.id, state: 'failed', at: start + 20, code: 'engine-crashed', cause: 'signal SIGSEGV' },
      { taskId: task.id, state: 'running', at: start + 30 },
    ] as const;
    for (const change of [...changes, ...changes]) expect(await store.tasks.change(change)).toBe(true);
    expect(
      (await store.tasks.changes(task.id)).map(({ state, cause, at }) => [state, cause, at.getTime() - start]),
    ).toEqual([
      ['accepted', null, 0],
      ['preparing', null, 10],
      ['failed', 'signal SIGSEGV', 20],
      ['running', null, 30],
    ]);
    expect(await store.tasks.find(task.id)).toMatchObject({
      state: 'running',
      title: 'note.ogg',
      chat: '-5',
      cause: null,
    });
    expect(await store.tasks.change({ taskId: randomUUID() as TaskId, state: 'done', at: start })).toBe(false);
  });

  it('is not moved back by a late change', async () => {
    const task = newTask();
    await store.tasks.accept(task);
    await store.tasks.change({ taskId: task.id, state: 'done', at: start + 50 });
    await store.tasks.change({ taskId: task.id, state: 'running', at: start + 40 });
    expect((await store.tasks.find(task.id))?.state).toBe('done');
    expect(await store.tasks.changes(task.id)).toHaveLength(3);
  });

  it('has changes of one moment in their order, in whatever order they arrive', async () => {
    const task = newTask();
    await store.tasks.accept(task);
    for (const state of ['done', 'delivering', 'done'] as const)
      await store.tasks.change({ taskId: task.id, state, at: start + 10 });
    expect((await store.tasks.find(task.id))?.state).toBe('done');
    expect((await store.tasks.changes(task.id)).map(({ state }) => state)).toEqual(['accepted', 'delivering', 'done']);
  });

  it('goes on, and ends, although the clock was set back by an hour on its way', async () => {
    const now = Date.now();
    const task = newTask({ acceptedAt: new Date(now + 3_600_000).toISOString() });
    await store.tasks.accept(task);
    // What lies in the future is looked at, as what has lain still for long.
    expect((await store.tasks.stale(20, { limit: 5 })).tasks.map(({ id }) => id)).toEqual([task.id]);
    for (const [index, state] of (['preparing', 'running', 'delivering', 'done'] as const).entries()) {
      await store.tasks.change({ taskId: task.id, state, at: now + index });
      expect((await store.tasks.find(task.id))?.state).toBe(state);
    }
  });

  it('follows the table of transitions: later changes stand, of one moment the further ones', async () => {
    for (const from of taskStates)
      for (const to of taskStates.filter((each) => each !== 'accepted' && each !== from)) {
        for (const gain of [0, 5]) {
          const task = newTask();
          await store.tasks.accept(task);
          if (from !== 'accepted') await store.tasks.change({ taskId: task.id, state: from, at: start + 10 });
          const at = (from === 'accepted' ? start : start + 10) + gain;
          await store.tasks.change({ taskId: task.id, state: to, at });
          const stands = !isAbandoned(from) && (gain > 0 || rankOf(to) > rankOf(from));
          expect((await store.tasks.find(task.id))?.state, `${from} → ${to} after ${gain} ms`).toBe(stands ? to : from);
        }
      }
  });

  it('stays cancelled until it is accepted again', async () => {
    const task = newTask();
    await store.tasks.accept(task);
    for (const [at, state] of (['cancelled', 'running', 'accepted', 'running'] as const).entries())
      await store.tasks.change({ taskId: task.id, state, at: start + 10 + at });
    const states = (await store.tasks.changes(task.id)).map(({ state }) => state);
    expect(states).toEqual(['accepted', 'cancelled', 'running', 'accepted', 'running']);
    const other = newTask();
    await store.tasks.accept(other);
    await store.tasks.change({ taskId: other.id, state: 'cancelled', at: start + 1 });
    await store.tasks.change({ taskId: other.id, state: 'done', at: start + 2 });
    expect((await store.tasks.find(other.id))?.state).toBe('cancelled');
  });

  it('is found by id, state, owner, chat, date and words, newest first, page by page', async () => {
    const tasks = Array.from({ length: 25 }, (_, n) =>
      newTask({
        owner: `tg:${n % 2}`,
        origin: { chatId: n % 5 },
        title: `note ${n}`,
        acceptedAt: new Date(start + n).toISOString(),
      }),
    );
    for (const task of tasks) await store.tasks.accept(task);
    const [first] = tasks;
    if (first === undefined) throw new Error('no tasks');
    await save(first.id, heard('The warehouse in Hamburg'));
    await store.tasks.change({ taskId: first.id, state: 'done', at: start + 100 });

    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.tasks.search({}, { limit: 10, ...(after === undefined ? {} : { after }) });
      seen.push(...page.rows.map(({ id }) => id));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual(tasks.map(({ id }) => id).reverse());

    const count = async (filter: Parameters<Store['tasks']['search']>[0]) =>
      (await store.tasks.search(filter, { limit: 50 })).rows.length;
    expect(await count({ state: 'done' })).toBe(1);
    expect(await count({ owner: 'tg:1' })).toBe(12);
    expect(await count({ chat: '3' })).toBe(5);
    expect(await count({ since: new Date(start + 5), until: new Date(start + 10) })).toBe(5);
    expect(await count({ text: first.id })).toBe(1);
    expect(await count({ text: 'hamburg warehouse' })).toBe(1);
    expect(await count({ text: 'note 7' })).toBe(1);
    expect(await count({ text: `' or 1=1; drop table task; --` })).toBe(0);
    expect(await store.tasks.ended(new Date(start))).toEqual({ done: 1, failed: 0, audioSeconds: 12.5 });
  });

  it('forgets what was said, and all of an owner', async () => {
    const task = newTask({ title: 'secret.ogg' });
    const other = newTask({ owner: 'tg:2' });
    for (const each of [task, other]) await store.tasks.accept(each);
    await save(task.id, heard('a secret'));
    const { erasures } = store;
    await erasures.apply(await erasures.ofTasks([task.id]));
    // A recorder that had read the transcript before comes late.
    await save(task.id, heard('a secret'));
    expect(await store.transcripts.read(task.id)).toBeNull();
    expect((await store.tasks.find(task.id))?.title).toBe('');
    expect(JSON.stringify(await store.tasks.task(task.id))).not.toContain('secret');
    await erasures.apply(await erasures.ofOwner('tg:1'));
    expect((await store.tasks.search({}, { limit: 5 })).rows.map(({ id }) => id)).toEqual([other.id]);
  });
});

it('counts what an owner has used', async () => {
  const acceptedAt = new Date().toISOString();
  const owner = `key:${randomUUID()}`;
  const [done, open] = [newTask({ owner, acceptedAt }), newTask({ owner, acceptedAt })];
  for (const each of [done, open, newTask({ owner: 'key:other' })]) await store.tasks.accept(each);
  await store.tasks.change({ taskId: done.id, state: 'done', at: Date.now() });
  await save(done.id, heard('something'));
  const { duration } = heard('something');
  expect(await store.usage(owner, new Date(Date.now() - 60_000))).toEqual({ open: [open.id], seconds: duration });
  expect(await store.usage(owner, new Date(Date.now() + 60_000))).toEqual({ open: [open.id], seconds: 0 });
});

it('records a task that the record has never heard of from its folder, with its transcript', async () => {
  const task = newTask();
  const folder = await createTaskFolder(directory.path, task.id);
  await folder.write('task.json', task);
  await folder.write('transcript.json', heard('Good morning'));
  const record = createChangeRecorder({
    tasks: store.tasks,
    transcripts: createTranscriptStore({ tasksDir: directory.path, record: store.transcripts }),
    tasksDir: directory.path,
  });
  await record({ taskId: task.id, state: 'done', at: start + 5 });
  expect(await store.tasks.find(task.id)).toMatchObject({ state: 'done', duration: 12.5 });
  expect((await store.transcripts.read(task.id))?.transcript.text).toBe('Good morning');
  await record({ taskId: randomUUID() as TaskId, state: 'cancelled', at: start });
});

it('takes text with U+0000 and halves of characters, which PostgreSQL refuses, without them', async () => {
  const bad = 'a\0b \ud83d';
  const clean = newTask({ owner: 'local' });
  const task = { ...clean, title: bad, options: { ...clean.options, prompt: bad } };
  await store.tasks.accept(task);
  const transcript = heard('said');
  const [segment] = transcript.segments;
  await save(task.id, {
    ...transcript,
    text: bad,
    segments: segment === undefined ? [] : [{ ...segment, text: bad }],
  });
  await store.tasks.change({ taskId: task.id, state: 'failed', at: Date.now(), cause: bad });
  expect(await store.tasks.find(task.id)).toMatchObject({ title: 'ab \ufffd', cause: 'ab \ufffd', state: 'failed' });
  expect((await store.transcripts.read(task.id))?.transcript.text).toBe('ab \ufffd');
  expect((await store.tasks.search({ text: 'a\0b' }, { limit: 5 })).rows.map(({ id }) => id)).toContain(task.id);
});

it('distinguishes a permanent refusal from an outage', async () => {
  const refused = await sql`select ${'a\0b'}::text`.execute(store.db).catch((error: unknown) => error);
  const tooLarge = await sql`select 2147483648::int`.execute(store.db).catch((error: unknown) => error);
  for (const error of [refused, tooLarge, new TypeError('x is not a function')]) expect(isDataError(error)).toBe(true);
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const stopping = Object.assign(new Error('terminating connection'), { code: '57P01' });
  for (const error of [away, stopping, new Error('timeout'), 'text']) expect(isDataError(error)).toBe(false);
});

describe('the reconciler', () => {
  const onError = (error: unknown) => {
    throw error;
  };
  const queue = (progress: ReconciledQueue['progress'], submit: ReconciledQueue['submit'] = async () => 'accepted') => {
    const submitted: string[] = [];
    return {
      submitted,
      progress,
      revive: async () => false,
      submit: async (task: Task) => {
        submitted.push(task.id);
        return submit(task);
      },
    };
  };

  it('queues what Redis has forgotten, closes what Redis has finished, and leaves what runs', async () => {
    const [forgotten, finished, running] = [newTask(), newTask(), newTask()];
    for (const task of [forgotten, finished, running]) await store.tasks.accept(task);
    const redis = queue(async (id) => {
      if (id === forgotten.id) return null;
      return { state: id === finished.id ? 'done' : 'running', at: start + 9 };
    });
    expect(await reconcileOnce({ tasks: store.tasks, queue: redis, grace: 0, onError })).toEqual({
      queued: 1,
      closed: 1,
      lost: 0,
    });
    expect(redis.submitted).toEqual([forgotten.id]);
    expect((await store.tasks.find(finished.id))?.state).toBe('done');
    expect((await store.tasks.open(5)).map(({ id }) => id).sort()).toEqual([forgotten.id, running.id].sort());
  });

  it('looks at nothing younger than the grace time, and ends what cannot be worked on any more', async () => {
    const fresh = newTask({ acceptedAt: new Date().toISOString() });
    const gone = newTask();
    for (const task of [fresh, gone]) await store.tasks.accept(task);
    const redis = queue(
      async () => null,
      async () => {
        throw new TaskError('no-such-file', 'There is no such file.');
      },
    );
    expect(await reconcileOnce({ tasks: store.tasks, queue: redis, grace: 30, onError })).toEqual({
      queued: 0,
      closed: 0,
      lost: 1,
    });
    expect(await store.tasks.find(gone.id)).toMatchObject({ state: 'failed', code: 'no-such-file' });
    expect(redis.submitted).toEqual([gone.id]);
  });
});

describe('a webhook whose call is not written down', () => {
  const now = Date.now();
  const called = newTask({ origin: { webhook: { url: 'https://example.org' } } });
  const asked = async (more: Partial<Task>, state: 'done' | 'failed' | 'running', at = now - 60_000) => {
    const task = newTask(more);
    await store.tasks.accept(task);
    await store.tasks.change({ taskId: task.id, state, at });
    return task;
  };
  const round = async (known: (id: TaskId) => boolean = () => false, grace = 20) => {
    const queued: string[] = [];
    const renotify = async (id: TaskId, event: string) => {
      if (known(id)) return false;
      queued.push(`${id} ${event}`);
      return true;
    };
    const onError = (error: unknown) => {
      throw error;
    };
    expect(await renotifyOnce({ tasks: store.tasks, queue: { renotify }, grace, onError })).toBe(queued.length);
    return queued.toSorted();
  };

  it('is queued again for each end within a day that the queue does not know of', async () => {
    const { origin } = called;
    const done = await asked({ origin }, 'done');
    const failed = await asked({ origin }, 'failed');
    const known = await asked({ origin }, 'done');
    await asked({ origin }, 'running');
    await asked({ origin }, 'done', Date.now());
    await asked({ origin }, 'done', now - 25 * 3_600_000);
    await asked({}, 'done');
    const expected = [`${done.id} completed`, `${failed.id} failed`].toSorted();
    expect(await round((id) => id === known.id)).toEqual(expected);
    for (const { id } of [done, failed, known]) await store.tasks.notified(id);
    expect(await round()).toEqual([]);
  });

  it('is due again once the task was opened again and has ended again', async () => {
    const task = await asked({ origin: called.origin }, 'failed', now - 90_000);
    await store.tasks.notified(task.id);
    await store.tasks.change({ taskId: task.id, state: 'accepted', at: now - 80_000 });
    await store.tasks.change({ taskId: task.id, state: 'done', at: now - 70_000 });
    expect(await round()).toEqual([`${task.id} completed`]);
  });
});

describe('what only Redis knew', () => {
  const onError = (error: unknown) => {
    throw error;
  };
  const old = Date.now() - 60_000;
  const endedAs = async (state: 'done' | 'failed', at: number, more: Partial<Task> = {}) => {
    const task = newTask(more);
    await store.tasks.accept(task);
    await store.tasks.change({ taskId: task.id, state, at, cause: 'internal: why', stage: 'merge' });
    return task;
  };

  it('is restored of each end of the last week that it can be: state, cause, stage, and whether its sender waits', async () => {
    const done = await endedAs('done', old);
    const failed = await endedAs('failed', old);
    await endedAs('failed', Date.now() - 8 * 24 * 3_600_000);
    const erased = await endedAs('failed', old);
    await sql`update task set body = '{"forgotten": true}' where id = ${erased.id}`.execute(store.db);
    await store.tasks.accept(newTask());
    await sql`insert into telegram_request (bot_id, task_id, chat_id, user_id, file_unique_id, state, body)
      values (1, ${failed.id}, 1, 1, '', 'working', '{}')`.execute(store.db);
    const seen = new Map<string, unknown>();
    let complete: boolean | null = null;
    const queue = {
      whenEmptied: async (restoreAll: () => Promise<boolean>) => {
        complete = await restoreAll();
      },
      restore: async ({ task, ...rest }: { task: Task }) => {
        seen.set(task.id, rest);
        return task.id === failed.id;
      },
      reannounceEdit: async () => false,
    };
    expect(await restoreEndings({ tasks: store.tasks, queue, onError })).toBe(1);
    expect(complete).toBe(true);
    expect(Object.fromEntries(seen)).toEqual({
      [done.id]: { state: 'done', at: old, cause: 'internal: why', stage: 'merge', unreported: false },
      [failed.id]: { state: 'failed', at: old, cause: 'internal: why', stage: 'merge', unreported: true },
    });
    // One that cannot be restored is tried again with the next round.
    const away = { ...queue, restore: async () => Promise.reject(new Error('Connection is closed.')) };
    await restoreEndings({ tasks: store.tasks, queue: away, onError: () => undefined });
    expect(complete).toBe(false);
  });

  it('edits that the chat does not show yet are queued again, each until it is shown', async () => {
    const { tasks, transcripts } = store;
    const version = { revision: 1, edit: 0 };
    const edited = async (edit: number, more: Partial<Task> = { channel: 'telegram' }) => {
      const task = newTask(more);
      await tasks.accept(task);
      await transcripts.change(task.id, () => ({ transcript: heard('said'), version: { ...version, edit } }));
      await sql`update result set saved_at = now() - interval '1 minute' where task_id = ${task.id}`.execute(store.db);
      return task.id;
    };
    const first = await edited(1);
    const third = await edited(3);
    await edited(0);
    await edited(1, { channel: 'folder' });
    const late = await edited(1);
    await sql`update result set saved_at = now() - interval '25 hours' where task_id = ${late}`.execute(store.db);
    const queued: string[] = [];
    const round = async () => {
      queued.length = 0;
      const queue = {
        whenEmptied: async () => undefined,
        restore: async () => false,
        reannounceEdit: async ({ taskId, revision, edit }: { taskId: TaskId; revision: number; edit: number }) => {
          queued.push(`${taskId} ${revision} ${edit}`);
          return true;
        },
      };
      expect(await reannounceEdits({ tasks, queue, grace: 20, onError })).toBe(queued.length);
      return queued.toSorted();
    };
    expect(await round()).toEqual([`${first} 1 1`, `${third} 1 3`].toSorted());
    await tasks.shown({ taskId: first, revision: 1, edit: 1 });
    await tasks.shown({ taskId: third, revision: 1, edit: 2 });
    expect(await round()).toEqual([`${third} 1 3`]);
    await tasks.shown({ taskId: third, revision: 1, edit: 3 });
    // What was shown late must not hide what came after it.
    await tasks.shown({ taskId: third, revision: 1, edit: 1 });
    expect(await round()).toEqual([]);
  });
});

describe('a round of the reconciler', () => {
  const running = async () => ({ state: 'running', at: start }) as const;
  const options = { grace: 0, batch: 2, onError: () => undefined };
  const submit = async () => undefined;

  it('looks at every open task, however many wait longer', async () => {
    const tasks = Array.from({ length: 7 }, () => newTask());
    for (const task of tasks) await store.tasks.accept(task);
    const seen = new Set<string>();
    const queue: ReconciledQueue = {
      progress: running,
      submit,
      revive: async ({ id }) => {
        seen.add(id);
        return id === tasks[6]?.id;
      },
    };
    expect(await reconcileOnce({ ...options, tasks: store.tasks, queue })).toEqual({ queued: 1, closed: 0, lost: 0 });
    expect(seen).toEqual(new Set(tasks.map(({ id }) => id)));
  });

  it('goes on behind a task that cannot be queued, and behind a row of another shape; it stops where all fail', async () => {
    const tasks = Array.from({ length: 6 }, (_, n) => newTask({ acceptedAt: new Date(start + n).toISOString() }));
    for (const task of tasks) await store.tasks.accept(task);
    await sql`update task set body = '{"of": "tomorrow"}' where id = ${tasks[1]?.id}`.execute(store.db);
    const failures: unknown[] = [];
    const onError = (error: unknown) => void failures.push(error);
    const full = new TaskError('no-space', 'There is no space.');
    const revived: string[] = [];
    const revive = async ({ id }: Task) => {
      if (id === tasks[0]?.id) throw full;
      revived.push(id);
      return true;
    };
    const queue: ReconciledQueue = { progress: running, submit, revive };
    await reconcileOnce({ ...options, tasks: store.tasks, queue, onError });
    expect(revived).toEqual(tasks.slice(2).map(({ id }) => id));
    expect(failures).toEqual([full]);

    let asked = 0;
    const away = async () => {
      asked += 1;
      throw new Error('Connection is closed.');
    };
    await reconcileOnce({ ...options, tasks: store.tasks, queue: { ...queue, progress: away } });
    expect(asked).toBe(3);
  });
});

describe('migrations', () => {
  let bare: TestDatabase;
  beforeEach(async () => {
    bare = await freshDatabase({ bare: true });
  });
  afterEach(() => bare.drop());

  it('run once, however many start at the same time', async () => {
    const { url } = bare;
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore({ url, logger })));
    expect(await Promise.all(stores.map((each) => each.ping()))).toEqual([true, true, true, true]);
    await Promise.all(stores.map((each) => each.close()));
  });

  it('of a newer version do not stop an older one that meets them during an upgrade', async () => {
    const { url } = bare;
    const first = await openStore({ url, logger });
    await sql`insert into kysely_migration (name, timestamp) values ('9999-of-tomorrow', 'x')`.execute(first.db);
    const again = await openStore({ url, logger });
    expect(await again.ping()).toBe(true);
    await Promise.all([first.close(), again.close()]);
  });

  it('from the first schema to the newest keep what the tables hold', async () => {
    const { url } = bare;
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }) });
    await migrate(db, '0001-telegram');
    await sql`insert into telegram_update (bot_id, update_id, chat_id, body) values (1, 2, 3, '{"a": 1}')`.execute(db);
    await sql`insert into telegram_limit (bot_id, body) values (1, '{"block": [7]}')`.execute(db);
    await migrate(db, '0002-task');
    const task = newTask({ owner: 'tg:7' });
    await sql`insert into task (id, channel, owner, state, body) values (${task.id}, 'telegram', 'tg:7', 'done', ${JSON.stringify(task)})`.execute(
      db,
    );
    await db.destroy();
    const newest = await openStore({ url, logger });
    expect(await newest.tasks.find(task.id)).toMatchObject({ owner: 'tg:7', state: 'done' });
    expect(await newest.people.find('user', '7')).toMatchObject({ tasks: 1, access: 'blocked' });
    const kept = await sql<{ body: unknown }>`select body from telegram_update`.execute(newest.db);
    expect(kept.rows).toEqual([{ body: { a: 1 } }]);
    await newest.close();
  });
});
