import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { type TaskFolder, type TaskId, taskFolder, taskOptionsSchema } from '@whisper-bot/task';
import { type TemporaryDirectory, temporaryDirectory, until } from '@whisper-bot/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../redis/connection.js';
import { createStage, openPipeline } from '../test/stand-in.js';
import { type AcceptDeps, type AcceptRequest, accept, type Received } from './accept.js';
import { createReservations, type Reservations, reservationKey } from './reservation.js';

let redis: TestRedis;
let pipeline: Awaited<ReturnType<typeof openPipeline>>;
let aside: TemporaryDirectory;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  pipeline = await openPipeline(redis.url);
  aside = await temporaryDirectory('accept');
});
afterEach(async () => {
  await pipeline.close();
  await aside.remove();
});

const newId = () => randomUUID() as TaskId;
const options = taskOptionsSchema.parse({});
/** Space of exactly so many bytes, whatever this machine's disk has. */
const roomOf = (bytes: number, more: { minimumFree?: number; maximumSeconds?: number; prefix?: string } = {}) => {
  const connection = connect({
    redis: redis.url,
    prefix: more.prefix ?? `space-${randomUUID()}`,
    retryDelay: 10,
    trace: false,
    onError: () => {},
  });
  const reservations = createReservations({
    connection,
    space: { free: async () => bytes },
    minimumFree: more.minimumFree ?? 0,
    maximumSeconds: () => more.maximumSeconds ?? 24 * 3600,
  });
  return { reservations, connection, close: () => connection.close() };
};

describe('space on the volume', () => {
  test('is promised once: what two recordings need together is not there for a third', async () => {
    const { reservations, close } = roomOf(1000);
    const [first, second, third] = [newId(), newId(), newId()];
    const expected = { incoming: 400, bytes: null };
    await reservations.reserve(first, expected, 'lease');
    await reservations.reserve(second, expected, 'lease');
    await expect(reservations.reserve(third, expected, 'lease')).rejects.toMatchObject({
      code: 'no-space',
      cause: expect.stringContaining('800 are promised to others'),
    });
    // The same again replaces what it had.
    await reservations.reserve(second, { incoming: 100, bytes: null }, 'lease');
    await reservations.reserve(third, expected, 'lease');
    expect(await reservations.promised()).toBe(900);
    for (const id of [first, second, third, third]) await reservations.release(id);
    expect(await reservations.promised()).toBe(0);
    await close();
  });

  test('many at once are never promised more than there is', async () => {
    const { reservations, close } = roomOf(10_000);
    const asked = await Promise.allSettled(
      Array.from({ length: 50 }, () => reservations.reserve(newId(), { incoming: 700, bytes: null }, 'lease')),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(14);
    expect(await reservations.promised()).toBe(9800);
    await close();
  });

  test('counts what a recording becomes: by its length, else by its size, never above the longest one taken', async () => {
    const { reservations, close } = roomOf(1e9, { maximumSeconds: 600 });
    const id = newId();
    await reservations.reserve(id, { incoming: 0, bytes: 1000, seconds: 60 }, 'task');
    expect(await reservations.promised()).toBe(60 * 32_000);
    await reservations.reserve(id, { incoming: 5000, bytes: 5000 }, 'lease');
    expect(await reservations.promised()).toBe(5000 + 50_000);
    await reservations.reserve(id, { incoming: 0, bytes: 1e12 }, 'task');
    expect(await reservations.promised()).toBe(600 * 32_000);
    await close();
  });

  test('that must stay free is never reserved', async () => {
    const { reservations, close } = roomOf(1000, { minimumFree: 900 });
    await reservations.reserve(newId(), { incoming: 100, bytes: null }, 'lease');
    await expect(reservations.reserve(newId(), { incoming: 1, bytes: null }, 'lease')).rejects.toMatchObject({
      code: 'no-space',
    });
    await close();
  });
});

test('a task holds its space until it is prepared, a failed and a cancelled one until it ends', async () => {
  const prefix = `test-${randomUUID()}`;
  const own = await openPipeline(redis.url, { prefix });
  const { reservations, close } = roomOf(1e12, { prefix });
  const stage = createStage(1);
  let fail = false;
  let reached = 0;
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  stage.behave = async (part) => {
    if (part !== 'prepare') return;
    reached += 1;
    await gate;
    if (fail) throw new Error('broken');
  };
  const work = await own.work(stage.handlers);
  const { task } = await own.accept(streamOf('a'.repeat(1000)));
  expect(await reservations.promised()).toBe(10_000);
  await until(() => reached === 1);
  release();
  await until(async () => (await reservations.promised()) === 0);
  fail = true;
  const failing = await own.accept(streamOf('b'));
  await until(async () => (await own.progress(failing.task.id))?.state === 'failed');
  await until(async () => (await reservations.promised()) === 0);
  expect((await own.progress(task.id))?.state).not.toBe('failed');
  await work.close();
  const waiting = await own.accept(streamOf('c'));
  expect(await reservations.promised()).toBe(10);
  await own.cancel(waiting.task.id);
  await until(async () => (await reservations.promised()) === 0);
  await close();
  await own.close();
});

test('what a killed receiver or a forgotten task held is free again after the sweep', async () => {
  const prefix = `test-${randomUUID()}`;
  const own = await openPipeline(redis.url, { prefix });
  const { reservations, connection, close } = roomOf(1e12, { prefix });
  const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
  await connection.failFast.reserveSpace(reservationKey(connection), newId(), 500, -minutesAgo(5), 1e12);
  await connection.failFast.reserveSpace(reservationKey(connection), newId(), 500, minutesAgo(1), 1e12);
  await reservations.reserve(newId(), { incoming: 70, bytes: null }, 'lease');
  const work = await own.work(createStage(0).handlers, { cleanInterval: 100 });
  // The lease of the living one stays.
  await until(async () => (await reservations.promised()) === 70);
  await work.close();
  await close();
  await own.close();
});

const streamOf = (content: string, more: Partial<AcceptRequest<Received>> = {}): AcceptRequest<Received> => ({
  channel: 'folder',
  owner: 'local',
  source: {
    kind: 'stream',
    bytes: content.length,
    receive: async (folder: TaskFolder) => {
      await writeFile(folder.file('audio.ogg'), content);
      return { name: 'audio.ogg' };
    },
  },
  asked: () => ({ options, title: 'A talk' }),
  ...more,
});

describe('a recording', () => {
  test('that streams in becomes a task with what was asked for', async () => {
    const { task, outcome } = await pipeline.accept(streamOf('sound'));
    expect([outcome, task.title, task.source]).toEqual(['accepted', 'A talk', 'audio.ogg']);
    expect((await pipeline.progress(task.id))?.state).toBe('accepted');
    const again = await pipeline.accept(streamOf('sound', { id: task.id }));
    expect(again.outcome).toBe('known');
  });

  test('of this machine is linked, and copied where it cannot be', async () => {
    const path = join(aside.path, 'Interview.MP3');
    await writeFile(path, 'sound');
    const { task } = await pipeline.accept({ ...streamOf(''), source: { kind: 'file', path } });
    expect(task.source).toBe('audio.mp3');
    const placed = await stat(taskFolder(pipeline.tasksDir, task.id).file('audio.mp3'));
    expect([placed.size, (await stat(path)).size]).toEqual([5, 5]);
    const elsewhere = `/dev/shm/accept-${randomUUID()}.wav`;
    await writeFile(elsewhere, 'other');
    const copied = await pipeline.accept({ ...streamOf(''), source: { kind: 'file', path: elsewhere } });
    expect(await readFile(taskFolder(pipeline.tasksDir, copied.task.id).file('audio.wav'), 'utf8')).toBe('other');
    await rm(elsewhere);
  });

  test('named by a sender is read only from allowed folders', async () => {
    const within = join(aside.path, 'shared');
    await mkdir(join(within, 'sub'), { recursive: true });
    await writeFile(join(aside.path, 'secret.ogg'), 'secret');
    await writeFile(join(within, 'sub/voice.oga'), 'sound');
    await writeFile(join(within, 'empty.oga'), '');
    await symlink(join(aside.path, 'secret.ogg'), join(within, 'link.ogg'));
    const take = (path: string) => pipeline.accept({ ...streamOf(''), source: { kind: 'link', path, within } });
    for (const path of [
      join(aside.path, 'secret.ogg'),
      join(within, '../secret.ogg'),
      join(within, 'link.ogg'),
      within,
    ])
      await expect(take(path), path).rejects.toMatchObject({ code: 'path-outside' });
    await expect(take(join(within, 'gone.ogg'))).rejects.toMatchObject({ code: 'no-such-file' });
    await expect(take(join(within, 'sub'))).rejects.toMatchObject({ code: 'no-such-file' });
    await expect(take(join(within, 'empty.oga'))).rejects.toMatchObject({ code: 'empty-file' });
    expect(await readdir(pipeline.tasksDir)).toEqual([]);
    expect((await take(join(within, 'sub/voice.oga'))).outcome).toBe('accepted');
  });

  test('that is too big is refused: before it comes where that is announced, else when it has come', async () => {
    const path = join(aside.path, 'long.wav');
    await writeFile(path, 'x'.repeat(11));
    const file = pipeline.accept({ ...streamOf(''), source: { kind: 'file', path }, largest: 10 });
    await expect(file).rejects.toMatchObject({ code: 'too-big', params: { limit: 10 } });
    let received = 0;
    const stream = (bytes: number | null) =>
      pipeline.accept({
        ...streamOf(''),
        largest: 10,
        source: {
          kind: 'stream',
          bytes,
          receive: async (folder) => {
            received += 1;
            await writeFile(folder.file('audio.ogg'), 'x'.repeat(11));
            return { name: 'audio.ogg' };
          },
        },
      });
    await expect(stream(11)).rejects.toMatchObject({ code: 'too-big' });
    expect(received).toBe(0);
    await expect(stream(null)).rejects.toMatchObject({ code: 'too-big' });
    expect(received).toBe(1);
    expect(await readdir(pipeline.tasksDir)).toEqual([]);
    expect((await pipeline.accept({ ...streamOf('x'.repeat(10)), largest: 10 })).outcome).toBe('accepted');
  });

  test('for which there is no space is not received', async () => {
    const { deps, close } = depsOf(100);
    let received = false;
    const request = streamOf('x', { seconds: 1 });
    const source = {
      kind: 'stream' as const,
      bytes: 1,
      receive: async () => {
        received = true;
        return { name: 'audio.ogg' };
      },
    };
    await expect(accept(deps, { ...request, source })).rejects.toMatchObject({ code: 'no-space' });
    expect(received).toBe(false);
    expect(await readdir(pipeline.tasksDir)).toEqual([]);
    await close();
  });

  test('that breaks off, or is refused afterwards, leaves nothing: no folder, no space, a record that knows', async () => {
    const { deps, refused, reservations, close } = depsOf(1e9);
    const broken = streamOf('x', {
      source: {
        kind: 'stream',
        bytes: 10,
        receive: async (folder) => {
          await writeFile(folder.file('audio.ogg'), 'half');
          throw new Error('the sender went away');
        },
      },
    });
    await expect(accept(deps, broken)).rejects.toThrow('went away');
    const submit = async () => {
      throw new Error('the queue is away');
    };
    await expect(accept({ ...deps, submit }, streamOf('x'))).rejects.toThrow('queue is away');
    expect(refused).toHaveLength(1);
    expect(await readdir(pipeline.tasksDir)).toEqual([]);
    expect(await reservations.promised()).toBe(0);
    // A repeated request with the same id finds it there.
    const id = newId();
    await expect(accept({ ...deps, submit }, streamOf('x', { id, onRefusal: 'keep' }))).rejects.toThrow();
    expect(await taskFolder(pipeline.tasksDir, id).has('audio.ogg')).toBe(true);
    expect((await pipeline.accept(streamOf('x', { id, onRefusal: 'keep' }))).outcome).toBe('accepted');
    await close();
  });

  test('asked for once is accepted once, whatever an earlier request left', async () => {
    const { deps, reservations, close } = depsOf(1e9);
    const id = newId();
    const once = async <T>(_name: string, work: () => Promise<T>): Promise<T | null> => work();
    // Killed between the move and the record.
    const left = taskFolder(pipeline.tasksDir, id);
    await mkdir(left.path);
    await writeFile(left.file('audio.wav'), 'left behind');
    const first = await accept(deps, streamOf('sound', { id, once }));
    expect([first.task.id, first.task.source]).toEqual([id, 'audio.ogg']);
    const second = await accept(deps, streamOf('other', { id, once }));
    expect([second.outcome, second.task.acceptedAt]).toEqual(['known', first.task.acceptedAt]);
    expect(await readdir(pipeline.tasksDir)).toEqual([id]);
    await expect(accept(deps, streamOf('x', { id, once: async () => null }))).rejects.toThrow('under way');
    expect(await readdir(pipeline.tasksDir)).toEqual([id]);
    expect(await reservations.promised()).toBe(0);
    await close();
  });
});

/** The real queue over a volume of so many bytes. */
const depsOf = (
  bytes: number,
): { deps: AcceptDeps; refused: unknown[]; reservations: Reservations; close: () => Promise<void> } => {
  const { reservations, close } = roomOf(bytes);
  const refused: unknown[] = [];
  return {
    deps: {
      tasksDir: pipeline.tasksDir,
      reservations,
      submit: (task) => pipeline.submit(task),
      refused: async (task) => void refused.push(task),
    },
    refused,
    reservations,
    close,
  };
};
