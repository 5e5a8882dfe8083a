import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@whisper-bot/runtime';
import { createInbox, openTelegramDatabase } from '@whisper-bot/store/telegram';
import { TaskError } from '@whisper-bot/task';
import { startTcpProxy, type TcpProxy, until } from '@whisper-bot/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startHandling } from './telegram/inbox/handle.js';
import { type Harness, saying, startDatabase, startHarness } from './test/harness.js';

let database: Awaited<ReturnType<typeof startDatabase>>;
let proxy: TcpProxy;
let bot: Harness;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(async () => {
  await database?.close();
  await database?.directory.remove();
});
beforeEach(async () => {
  proxy = await startTcpProxy(Number(new URL(database.url).port));
  bot = await startHarness(proxy.url(database.url));
});
afterEach(async () => {
  proxy.set('pass');
  await bot.close();
  await proxy.close();
});

const annOf = () => bot.api.user({ id: 7, first_name: 'Ann', language_code: 'en' });
const answered = (ann: ReturnType<typeof annOf>, text: string) =>
  ann.chat.until((chat) => chat.fromBot.find((seen) => seen.text.startsWith(text)));
/** Everything the bot has ever said in a chat, overwritten or not. */
const everSaid = (): string =>
  JSON.stringify(
    [...bot.api.journal.of('sendMessage'), ...bot.api.journal.of('editMessageText')].map((call) => call.parameters),
  );
const failures = /Something went wrong|could not be fetched/;

test('PostgreSQL gone while a file is downloaded: it is taken up when it is back, without a restart', async () => {
  const ann = annOf();
  const { submit } = bot.pipeline;
  let refusals = 0;
  let isAway = true;
  // As the pipeline answers that cannot write a task down.
  bot.pipeline.submit = async (task) => {
    if (!isAway) return submit(task);
    refusals += 1;
    throw new TaskError('internal', 'The record cannot be written right now.', { cause: 'PostgreSQL is away' });
  };
  bot.api.faults.next('download', { kind: 'delay', ms: 400 });
  ann.sendVoice(7, saying('fetched in an outage'));
  await bot.api.journal.until(() => bot.api.journal.of('download').length > 0);
  proxy.set('refuse');
  await until(() => refusals > 0);
  const before = proxy.attempts;
  await until(() => proxy.attempts > before + 5);
  isAway = false;
  proxy.set('pass');
  await answered(ann, 'fetched in an outage');
  expect(ann.chat.fromBot).toHaveLength(1);
  expect(everSaid()).not.toMatch(failures);
});

test.each([
  ['the queue', () => new Error('Reached the max retries per request limit (which is 3).')],
  ['the record', () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
])('with %s away the user reads that it waits, never that it failed', async (_part, cause) => {
  const ann = annOf();
  const { submit } = bot.pipeline;
  let refusals = 0;
  let isAway = true;
  bot.pipeline.submit = async (task) => {
    if (!isAway) return submit(task);
    refusals += 1;
    throw new TaskError('internal', 'The queue cannot take the recording right now.', { cause: cause() });
  };
  ann.sendVoice(7, saying('in the end'));
  await ann.chat.until((chat) => chat.fromBot.some(({ text }) => text.includes('Waiting')));
  await until(() => refusals >= 3);
  isAway = false;
  await answered(ann, 'in the end');
  expect(ann.chat.fromBot).toHaveLength(1);
  expect(everSaid()).not.toMatch(failures);
  // Fetched once: waiting costs no second download.
  expect(bot.api.journal.of('download')).toHaveLength(1);
});

test('a fault that is no outage is reported at once', async () => {
  const ann = annOf();
  bot.pipeline.submit = async () => {
    throw new TypeError('a defect');
  };
  ann.sendVoice(7, saying('a defect'));
  await ann.chat.until((chat) => chat.fromBot.some(({ text }) => failures.test(text)));
});

test('an update that met an outage is handled afterwards, however few attempts it has; any other is put aside', async () => {
  const pool = await openTelegramDatabase(database.url, () => {});
  const inbox = createInbox(pool, 4711);
  const update = (updateId: number) => ({ updateId, chatId: updateId, body: { update_id: updateId } });
  await inbox.put([update(1), update(2)]);
  const seen: number[] = [];
  const handling = startHandling({
    inbox,
    handle: async ({ update_id: id }) => {
      seen.push(id);
      if (id === 2) throw new Error('never to be handled');
      if (seen.filter((one) => one === 1).length === 1) throw new Error('Connection is closed.');
    },
    log: createLogger({ name: 'bot', level: 'silent' }),
    concurrency: 2,
    mostAttempts: 1,
  });
  await until(async () => (await inbox.waiting()) === 0);
  expect((await inbox.parked()).map(({ updateId }) => updateId)).toEqual([2]);
  expect(seen.filter((id) => id === 1)).toHaveLength(2);
  await handling.close();
  await pool.end();
});

test('an answer from the store is a task of its own, kept as long as any other', async () => {
  const ann = annOf();
  const voice = saying('said once');
  const archived: string[] = [];
  const { archive } = bot.pipeline;
  bot.pipeline.archive = async (task) => {
    archived.push(task.id);
    // The first time the process that records it is away.
    if (archived.length === 1) throw new TaskError('internal', 'later', { cause: 'PostgreSQL is away' });
    return archive(task);
  };
  const first = ann.sendVoice(7, voice);
  await answered(ann, 'said once');
  ann.forward(7, first);
  await ann.chat.until((chat) => chat.fromBot.length === 2 && chat.last?.text.includes('♻️'));
  expect(new Set(archived).size).toBe(1);
  expect(bot.pipeline.transcribed).toBe(1);
  const names = await readdir(join(bot.tasksDir, archived[0] ?? ''));
  expect(names).toContain('task.json');
});

test('a clock set back by an hour delays no message, not even after a restart', async () => {
  const ann = annOf();
  ann.sendVoice(7, saying('before'));
  await answered(ann, 'before');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
  try {
    ann.sendVoice(7, saying('an hour earlier'));
    await answered(ann, 'an hour earlier');
    await bot.restart();
    ann.sendVoice(7, saying('after the restart'));
    await answered(ann, 'after the restart');
  } finally {
    vi.useRealTimers();
  }
});

test('with no free disk space, the user is notified before the file is fetched, and Retry fetches it later', async () => {
  const ann = annOf();
  const { reservations } = bot.pipeline;
  const { reserve } = reservations;
  reservations.reserve = async () => {
    throw new TaskError('no-space', 'There is no space for new recordings right now.');
  };
  ann.sendVoice(ann.user.id, saying('Good morning.'), { duration: 7 });
  await answered(ann, '⚠️ There is no space for more recordings just now.');
  expect(bot.api.journal.of('getFile')).toEqual([]);
  reservations.reserve = reserve;
  ann.press(ann.user.id, '🔁 Try again');
  await answered(ann, 'Good morning.');
});
