import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '@whisper-bot/config';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { freshDatabase, type TestDatabase } from '@whisper-bot/store/test/fresh-database';
import { type BotApiServer, type Person, type SeenMessage, startBotApi } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type System, startSystem } from './supervise/system.js';
import { readSeen, restoreChats, restorePostgres, restoreRedis, restoreTasks, type Seen } from './test/installation.js';

// An installation that an older version was in the middle of (samples/installation), opened by this one.
const patience = { timeoutMs: 300_000 };
let home: string;
let redisServer: TestRedis;
let redis: Redis;
let database: TestDatabase;
let telegram: BotApiServer;
let system: System;
let seen: Seen;
let ann: Person;
let boris: Person;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'whisper-bot-update-'));
  await chmod(home, 0o755);
  const tasksDir = join(home, 'tasks');
  await mkdir(tasksDir);
  seen = await readSeen();
  redisServer = await startRedis();
  database = await freshDatabase({ bare: true });
  // The messages of hours are sent again within a second.
  telegram = await startBotApi({ callbackLifetimeMs: 600_000, flood: 'count' });
  await restoreTasks(tasksDir, seen);
  await restorePostgres(database.url, seen);
  await restoreChats(telegram, seen);
  await restoreRedis(redisServer.url, { seen, tasksDir });
  const env = {
    ...process.env,
    WHISPER_BOT_HOME: home,
    REDIS_URL: redisServer.url,
    DATABASE_URL: database.url,
    BOT_TOKEN: telegram.token,
    BOT_API_URL: telegram.url,
    WORKERS: '1',
    // However long ago the copy was made, nothing in it has expired.
    RESULT_TTL: '36500d',
  };
  system = await startSystem(resolveConfig({ env }), { say: () => {}, signal: new AbortController().signal, env });
  redis = new Redis(redisServer.url);
  ann = telegram.user({ id: 1001, first_name: 'Ann', language_code: 'en' });
  boris = telegram.user({ id: 1002, first_name: 'Boris', language_code: 'ru' });
});
afterAll(async () => {
  await system?.stop();
  redis?.disconnect();
  await Promise.all([telegram?.close(), redisServer?.close(), database?.drop()]);
  await rm(home, { recursive: true, force: true });
});

const dashboard = (path: string): URL => new URL(path, system.up.dashboardUrl ?? '');
const api = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(dashboard(path), { ...init, headers: { authorization: `Bearer ${seen.key}` } });
const stateOf = async (id: string): Promise<string> =>
  z.object({ status: z.string() }).parse(await (await api(`/v1/tasks/${id}`)).json()).status;
const isResult = (message: SeenMessage | undefined): boolean =>
  message?.buttons.flat().some(({ text }) => text === 'SRT') === true;
/** The answer to a person's recording, under the message it was announced with. */
const resultIn = (person: Person, id: number) =>
  person.chat.until((view) => {
    const message = view.message(id);
    return isResult(message) ? message : null;
  }, patience);
/** The words of subtitles in order; a shorter name is broken into other lines and shown for another time. */
const spoken = (srt = ''): string[] => srt.replace(/^\d+$|^.* --> .*$/gm, '').split(/\s+/);
/** The number of the message under a person's recording of so many seconds, as it was when the copy was made. */
const below = (person: Person, seconds: number): number => {
  const messages = seen.chats.find(({ id }) => id === person.user.id)?.messages ?? [];
  const recording = messages.find(({ voice }) => voice === seconds)?.id ?? 0;
  return messages.find(({ id, by }) => by === 'bot' && id > recording)?.id ?? 0;
};

let cookie = '';
const browse = async (path: string, form?: Record<string, string>) => {
  const answer = await fetch(dashboard(path), {
    redirect: 'manual',
    headers: { cookie, origin: dashboard('/').origin },
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
  });
  const given = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
  if (given.length > 0) cookie = given.join('; ');
  return { status: answer.status, text: await answer.text() };
};
const hidden = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';

test('what was done is the same in the API and as a file of every format', async () => {
  expect(await (await api(`/v1/tasks/${seen.programDone}`)).json()).toMatchObject({
    ...seen.task,
    created_at: expect.any(Number),
  });
  for (const [format, text] of Object.entries(seen.shown)) {
    expect(await (await api(`/v1/tasks/${seen.programDone}/result?format=${format}`)).text(), format).toBe(text);
  }
});

test('the account signs in, and its pages show the same transcripts; a name given in the chat is there now as well', async () => {
  const entrance = await browse('/sign-in');
  const { status } = await browse('/sign-in', { csrf: hidden(entrance.text, 'csrf'), back: '/', ...seen.account });
  expect(status).toBe(303);
  for (const id of [seen.corrected, seen.programDone, seen.streamDone]) {
    for (const [format, text] of Object.entries(seen.files[id] ?? {})) {
      expect((await browse(`/tasks/${id}/transcript/${format}`)).text, `${id} ${format}`).toBe(text);
    }
  }
  const named = spoken(seen.files[seen.named]?.srt?.replaceAll('Speaker 1', 'Olga'));
  expect(spoken((await browse(`/tasks/${seen.named}/transcript/srt`)).text)).toEqual(named);
  expect((await browse('/audit')).text).toContain('task.correct-text');
});

test('buttons below an old result work', async () => {
  const id = below(ann, 43);
  ann.press(ann.chat, 'SRT', { message_id: id });
  const sent = await ann.chat.until((view) => view.fromBot.find(({ file }) => file?.name.endsWith('.srt')), patience);
  expect(spoken(await sent.file?.text())).toEqual(spoken(seen.files[seen.named]?.srt?.replaceAll('Speaker 1', 'Olga')));
  const corrected = below(boris, 9);
  boris.press(boris.chat, 'SRT', { message_id: corrected });
  const file = await boris.chat.until(
    (view) => view.fromBot.find((each) => each.file?.name.endsWith('.srt')),
    patience,
  );
  expect(await file.file?.text()).toBe(seen.files[seen.corrected]?.srt);
});

test('what was running, waiting, unsent or unread ends with its answer', async () => {
  const delivered = await resultIn(ann, below(ann, 11));
  expect(delivered.text).toContain('ask not what your country can do for you');
  const waiting = await resultIn(boris, below(boris, 11));
  // The setting made before: with times.
  expect(waiting.text).toMatch(/^00:00 .*country/s);
  // An answer of several messages: the buttons are below the last.
  const first = below(ann, 387);
  const long = await ann.chat.until(
    (view) => view.fromBot.find((message) => message.id > first && isResult(message) && /Friday/.test(message.text)),
    patience,
  );
  expect(ann.chat.message(first)?.text).toContain('Hamburg');
  expect(long.text).toContain('Hamburg');
  // Diarization and the first of two chunks were done before the update; neither is done twice.
  const artifacts = await readdir(join(system.up.tasksDir, seen.running));
  expect(artifacts.filter((name) => name.startsWith('diarization.'))).toHaveLength(1);
  expect(artifacts.filter((name) => name.startsWith('recognition-0-of-2.'))).toHaveLength(1);
  await expect.poll(() => stateOf(seen.programWaiting), { timeout: 300_000 }).toMatch(/done|failed/);
  expect(await (await api(`/v1/tasks/${seen.programWaiting}`)).json()).toMatchObject({ status: 'done', error: null });
  expect(await (await api(`/v1/tasks/${seen.programWaiting}/result?format=text`)).text()).toContain('Hamburg');
  await expect.poll(() => redis.exists(`result:${seen.streamUnread}`), { timeout: 300_000 }).toBe(1);
}, 1_200_000);

test('dead letters are retried from the chat and from the dashboard, and delivered', async () => {
  const failure = below(boris, 5);
  boris.press(boris.chat, '🔁 Ещё раз', { message_id: failure });
  const retried = await boris.chat.until(
    (view) =>
      view.fromBot.find((message) => message.id >= failure && isResult(message) && !/country can/.test(message.text)),
    patience,
  );
  expect(retried.text.toLowerCase()).toContain('fellow americans');
  const page = (await browse(`/tasks/${seen.programFailed}`)).text;
  const { status } = await browse(`/tasks/${seen.programFailed}/retry`, { csrf: hidden(page, 'csrf') });
  expect(status).toBe(303);
  await expect.poll(() => stateOf(seen.programFailed), { timeout: 300_000 }).toBe('done');
  expect((await browse('/dead')).text).not.toContain(seen.failed);
}, 1_200_000);

test('nothing is lost and nothing is said twice', async () => {
  const ids = seen.states.map(({ id }) => id);
  const tasks = z.object({ data: z.array(z.object({ status: z.string(), error: z.unknown() })) });
  const own = tasks.parse(await (await api('/v1/tasks')).json()).data;
  expect(own).toEqual(Array(3).fill({ status: 'done', error: null }));
  const page = (await browse('/tasks')).text;
  for (const id of [...ids, seen.streamUnread]) expect(page).toContain(id);
  for (const { person, recordings } of [
    { person: ann, recordings: 3 },
    { person: boris, recordings: 3 },
  ]) {
    expect(person.chat.fromBot.filter(isResult)).toHaveLength(recordings);
  }
  const results = (await redis.xrange('transcribe:results', '-', '+')).map(([, fields]) => fields.join());
  for (const id of [seen.streamDone, seen.streamUnread]) {
    expect(results.filter((result) => result.includes(id))).toHaveLength(1);
    expect(await redis.xlen(`result:${id}`)).toBe(1);
  }
  expect((await redis.xpending('transcribe:tasks', 'transcribe-workers'))[0]).toBe(0);
});
