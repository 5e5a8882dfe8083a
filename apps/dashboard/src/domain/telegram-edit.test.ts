import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readMachine } from '@whisper-bot/config';
import { readTranscript, type TaskId, taskFolder } from '@whisper-bot/task';
import { type BotApiServer, type Person, type SeenMessage, startBotApi, until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProgram } from '../api/test/client.js';
import { type Harness, startHarness } from '../test/harness.js';

let harness: Harness;
let api: BotApiServer;
let bot: ChildProcess;
beforeAll(async () => {
  harness = await startHarness();
  api = await startBotApi({ callbackLifetimeMs: 600_000, token: `7000000001:${'test'.repeat(9)}` });
  bot = spawn(process.execPath, [join(readMachine().repository, 'apps/bot/dist/main.js')], {
    env: { PATH: process.env.PATH ?? '', ...harness.environment, BOT_TOKEN: api.token, BOT_API_URL: api.url },
    stdio: 'ignore',
  });
});
afterAll(async () => {
  if (bot.exitCode === null) {
    const ended = once(bot, 'exit');
    bot.kill('SIGTERM');
    await ended;
  }
  await api.close();
  await harness.close();
});

let next = 100;

/** Someone who has sent a conversation and got its text, and the task it became. */
const answered = async (): Promise<{ person: Person; message: SeenMessage; id: TaskId }> => {
  next += 1;
  const person = api.user({ id: next, first_name: 'Ann', language_code: 'en' });
  const voice = person.sendVoice(person.user.id, Buffer.from('sound'), { duration: 6 });
  const message = await person.chat.until((chat) =>
    chat.fromBot.find((seen) => seen.replyTo === voice.message_id && seen.text.includes('Speaker 2')),
  );
  const { rows } = await harness.store.tasks.search({ owner: `tg:${next}` }, { limit: 1 });
  const [row] = rows;
  if (row === undefined) throw new Error('no task');
  await until(async () => (await harness.store.transcripts.read(row.id)) !== null);
  return { person, message, id: row.id };
};

/** What the file of a format says that the person asks for now. */
const fileOf = async (person: Person, format: string): Promise<string> => {
  // A name just given changes the message, and its buttons, a moment later.
  await person.chat.until((chat) =>
    chat.fromBot.some(({ buttons }) => buttons.flat().some(({ text }) => text === format)),
  );
  const before = person.chat.fromBot.length;
  person.press(person.user.id, format);
  const { file } = await person.chat.until((chat) =>
    chat.fromBot.slice(before).find((seen) => seen.file !== undefined),
  );
  return (await file?.text()) ?? '';
};

const dashboard = async (as: 'operator' | 'viewer' = 'operator') => {
  const { cookie, csrf } = await harness.enter(as);
  return {
    page: async (path: string) => (await fetch(`${harness.url}${path}`, { headers: { cookie } })).text(),
    post: (path: string, fields: Record<string, string>) =>
      fetch(`${harness.url}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, origin: harness.url },
        body: new URLSearchParams({ csrf, ...fields }),
      }),
  };
};

/** Formats that are text and name speakers. */
const texts = ['text', 'srt', 'vtt', 'json', 'md'];

/** The result as a program reads it: with the key that asked for the task, which this one is made to be. */
const overApi = async (id: TaskId, format: string): Promise<string> => {
  const program = await createProgram(harness);
  const { db, tasks } = harness.store;
  const owner = (await tasks.find(id))?.owner ?? '';
  await db
    .updateTable('task')
    .set({ owner: `key:${program.id}` })
    .where('id', '=', id)
    .execute();
  const answer = await program.ask(`/tasks/${id}/result?format=${format}`);
  await db.updateTable('task').set({ owner }).where('id', '=', id).execute();
  return answer.text();
};

const nameInChat = async (person: Person, message: SeenMessage, index: number, name: string): Promise<void> => {
  person.press(person.user.id, '✏️ Names', { message_id: message.id });
  await person.chat.until((chat) =>
    chat
      .message(message.id)
      ?.buttons.flat()
      .some(({ text }) => /Speaker 1|Eve/.test(text)),
  );
  const speakers = person.chat.message(message.id)?.buttons.flat() ?? [];
  const asked = person.chat.fromBot.length;
  person.press(person.user.id, speakers[index]?.text ?? '', { message_id: message.id });
  const prompt = await person.chat.until((chat) =>
    chat.fromBot.slice(asked).find((seen) => seen.text.startsWith('Reply to this message')),
  );
  person.reply(prompt.raw, name);
  await person.chat.until((chat) => chat.fromBot.find((seen) => seen.text.includes(`is now ${name}`)));
};

test('a speaker named in Telegram is on the page, in every download, in the API and in the folder', async () => {
  const { person, message, id } = await answered();
  await nameInChat(person, message, 0, 'Anna');
  const { page } = await dashboard();
  expect(await page(`/tasks/${id}`)).toContain('Anna');
  for (const format of texts) expect(await page(`/tasks/${id}/transcript/${format}`), format).toContain('Anna');
  for (const format of texts) expect(await overApi(id, format), format).toContain('Anna');
  const folder = taskFolder(harness.deps.options.tasksDir, id);
  expect((await readTranscript(folder))?.speakers.list[0]?.name).toBe('Anna');
  expect(await fileOf(person, 'SRT')).toContain('Anna');
});

test('a speaker named on the page is in the message, in the next file of the chat and in the folder', async () => {
  const { person, message, id } = await answered();
  const { page, post } = await dashboard();
  const version = /name="version" value="([^"]+)"/.exec(await page(`/tasks/${id}`))?.[1] ?? '';
  const answer = await post(`/tasks/${id}/speaker`, { label: 'SPEAKER_00', name: 'Eve', version });
  expect(answer.status).toBe(303);
  await person.chat.until((chat) => chat.message(message.id)?.text.includes('Eve'));
  expect(person.chat.fromBot.filter(({ text }) => text.includes('Eve'))).toHaveLength(1);
  for (const format of ['SRT', 'VTT', 'TXT', 'JSON']) expect(await fileOf(person, format), format).toContain('Eve');
  for (const format of texts) expect(await overApi(id, format), format).toContain('Eve');
  const folder = taskFolder(harness.deps.options.tasksDir, id);
  expect((await readTranscript(folder))?.speakers.list[0]?.name).toBe('Eve');
  // A name given in the chat afterwards comes on top of it, on the page as well.
  await nameInChat(person, message, 1, 'Bob');
  const text = await page(`/tasks/${id}/transcript/text`);
  expect([text.includes('Eve'), text.includes('Bob')]).toEqual([true, true]);
  // An edit from the first page, still open, is refused.
  const late = await post(`/tasks/${id}/speaker`, { label: 'SPEAKER_00', name: 'Mallory', version });
  expect(late.headers.get('location')).toContain('changedMeanwhile');
  expect(await page(`/tasks/${id}/transcript/text`)).not.toContain('Mallory');
});

test('a message that its reader has deleted does not come back because of an edit', async () => {
  const { person, message, id } = await answered();
  api.deleteMessage({ chat: message.raw.chat, message_id: message.id });
  const { page, post } = await dashboard();
  const version = /name="version" value="([^"]+)"/.exec(await page(`/tasks/${id}`))?.[1] ?? '';
  const before = person.chat.fromBot.length;
  await post(`/tasks/${id}/speaker`, { label: 'SPEAKER_00', name: 'Eve', version });
  await until(async () =>
    api.journal.entries.some(
      ({ method, parameters }) =>
        method === 'editMessageText' &&
        parameters.chat_id === person.user.id &&
        String(parameters.text).includes('Eve'),
    ),
  );
  await until(
    async () =>
      (await harness.deps.pipeline.queue('edit').getJobCountByTypes('waiting', 'active', 'prioritized')) === 0,
  );
  expect(person.chat.fromBot).toHaveLength(before);
});
