import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startBotApi, until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saying, startDatabase } from './test/harness.js';

const entry = createRequire(import.meta.url).resolve('@whisper-bot/bot/test/bot-process');

let database: Awaited<ReturnType<typeof startDatabase>>;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(async () => {
  await database?.close();
  await database?.directory.remove();
});

/** Numbers in [0, 1) that are the same in each run. */
const seeded = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

test('killed at ten moments under load, with faults in every call: no message lost, none answered twice', async () => {
  const random = seeded(42);
  const api = await startBotApi({ token: `77:${'k'.repeat(35)}`, seed: 42 });
  const tasksDir = join(database.directory.path, 'kill-tasks');
  await mkdir(tasksDir);
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const { token, url: apiRoot } = api;
    const settings = {
      token,
      apiRoot,
      databaseUrl: database.url,
      tasksDir,
      delay: 300,
      logLevel: process.env.BOT_TEST_LOG ?? 'silent',
    };
    // A fault may also hit the start itself: the supervisor starts the bot again.
    for (;;) {
      child = fork(entry, [JSON.stringify(settings)], {
        stdio: ['ignore', process.env.BOT_TEST_LOG ? 'inherit' : 'ignore', 'inherit', 'ipc'],
      });
      const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
      if (first === 'ready') return;
    }
  };
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };

  for (const kind of ['drop-request', 'drop-response'] as const) {
    api.faults.next('*', { kind }, { times: Number.POSITIVE_INFINITY, probability: 0.03 });
  }
  api.faults.next('*', { kind: 'server-error', status: 502 }, { times: Number.POSITIVE_INFINITY, probability: 0.03 });
  api.faults.next(
    'sendMessage',
    { kind: 'flood', retryAfter: 1 },
    { times: Number.POSITIVE_INFINITY, probability: 0.03 },
  );

  const people = Array.from({ length: 15 }, (_, index) => api.user({ id: 100 + index, first_name: `P${index}` }));
  const notes: { person: (typeof people)[number]; text: string; messageId: number }[] = [];
  const send = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      const person = people[notes.length % people.length] as (typeof people)[number];
      const text = `note number ${notes.length}.`;
      notes.push({ person, text, messageId: person.sendVoice(person.user.id, saying(text)).message_id });
    }
  };
  try {
    for (let round = 0; round < 10; round += 1) {
      send(5);
      await start();
      // The moment: after so many more calls of the bot, whatever they are.
      const calls = api.journal.entries.length + 3 + Math.floor(random() * 25);
      await api.journal.until(() => api.journal.entries.length >= calls);
      await kill();
    }
    await start();
    api.faults.clear();
    const answers = ({ person, text, messageId }: (typeof notes)[number]) =>
      person.chat.fromBot.filter((seen) => seen.text === text && seen.replyTo === messageId);
    await until(() => notes.every((note) => answers(note).length > 0)).catch(() => {});
    expect(
      notes
        .filter((note) => answers(note).length === 0)
        .map(({ person, text, messageId }) => [
          text,
          person.chat.fromBot.filter((seen) => seen.replyTo === messageId).map((seen) => seen.text),
        ]),
    ).toEqual([]);
    for (const note of notes) expect(answers(note), note.text).toHaveLength(1);
    // What may be left over are first statuses whose sending the bot could not know of; never a second answer.
    const left = people.flatMap(({ chat }) => chat.fromBot).filter((seen) => !seen.text.startsWith('note'));
    expect(left.map(({ text }) => text).filter((text) => text !== '⏳ Accepted')).toEqual([]);
    expect(api.violations.count('chat-rate', 'overall-rate', 'group-rate')).toBe(0);
  } finally {
    await kill();
    await api.close();
  }
}, 900_000);
