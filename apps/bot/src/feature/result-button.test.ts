import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskId } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { correctText } from '@whisper-bot/transcript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { taskIdOf } from '../persistence/request.js';
import { type Harness, saying, startDatabase, startHarness } from '../test/harness.js';
import { createPeople, hasButton, type People } from '../test/people.js';
import { tablesWith } from '../test/tables.js';

let database: Awaited<ReturnType<typeof startDatabase>>;
let bot: Harness;
let people: People;
/** The newest state of each transcript that is recorded as shown after an edit. */
const shown = new Map<TaskId, { revision: number; edit: number }>();

beforeAll(async () => {
  database = await startDatabase();
  bot = await startHarness(database.url, {
    app: { onEditShown: async ({ taskId, ...version }) => void shown.set(taskId, version) },
  });
  people = createPeople(bot);
});

afterAll(async () => {
  await bot?.close();
  await database?.close();
  await database?.directory.remove();
});

test.concurrent('an edit made elsewhere is shown in the message that is there, and that it is shown is recorded', async () => {
  const ann = people.someone();
  const { message } = await people.spoken(ann, 'A: The ferry leaves at nine.', 'ferry');
  const task = (
    await Promise.all(
      (
        await readdir(bot.tasksDir)
      ).map(async (name) => ({
        id: name as TaskId,
        text: (await bot.options.transcripts.read(name as TaskId))?.transcript.text ?? '',
      })),
    )
  ).find(({ text }) => text.includes('ferry'));
  if (task === undefined) throw new Error('no task');
  const edited = await bot.options.transcripts.edit(task.id, (transcript) =>
    correctText(transcript, 0, 'The ferry leaves at ten.'),
  );
  await bot.pipeline.edited(task.id);
  await ann.chat.until((chat) => chat.message(message.id)?.text.includes('at ten'));
  expect(edited.kind === 'saved' && shown.get(task.id)).toEqual(edited.kind === 'saved' && edited.version);
});

test.concurrent('files in every format come at a press, named after the recording', async () => {
  const ann = people.someone();
  ann.sendAudio(ann.user.id, saying('A: Good morning.\nB: Good evening.'), { title: 'Talk: a/b', performer: 'Ann' });
  await ann.chat.until((chat) => chat.last?.text.includes('Good evening'));
  for (const format of ['SRT', 'VTT', 'TXT', 'JSON', 'DOCX']) {
    expect(await people.press(ann, format)).toBe('The file is coming');
    const { file } = await ann.chat.until((chat) =>
      chat.fromBot.find((seen) => seen.file?.name.endsWith(format.toLowerCase())),
    );
    expect(file?.name).toBe(`Ann – Talk a b.${format.toLowerCase()}`);
    expect(file?.size).toBeGreaterThan(10);
    if (format === 'SRT') expect(await file?.text()).toContain('Speaker 2: Good evening.');
  }
});

test.concurrent('another number of speakers does not transcribe the file again but changes the same message', async () => {
  const ann = people.someone();
  const { message } = await people.spoken(ann, 'A: One.\nB: Two.\nC: Three.', 'Speaker 3');
  await people.press(ann, '👥 Speakers');
  await ann.chat.until((chat) =>
    chat
      .message(message.id)
      ?.buttons.flat()
      .some(({ text }) => text === '2'),
  );
  expect(await people.press(ann, '2')).toBe('On it');
  await ann.chat.until((chat) => {
    const seen = chat.message(message.id)?.text ?? '';
    return seen.includes('Three') && !seen.includes('Speaker 3');
  });
  expect(ann.chat.fromBot).toHaveLength(1);
});

test.concurrent('a speaker gets a name by a reply, in the text and in the files', async () => {
  const ann = people.someone();
  const { message } = await people.spoken(ann, 'A: I am here.\nB: Me too.', 'Speaker 2');
  await people.press(ann, '✏️ Names');
  await ann.chat.until((chat) =>
    chat
      .message(message.id)
      ?.buttons.flat()
      .some(({ text }) => text === 'Speaker 2'),
  );
  await people.press(ann, 'Speaker 2');
  const prompt = await ann.chat.until((chat) => chat.fromBot.find(({ text }) => text.startsWith('Reply to this')));
  ann.reply(prompt.raw, '<b>Zoë</b>');
  await ann.chat.until((chat) => chat.message(message.id)?.text.includes('<b>Zoë</b>: Me too.'));
  await ann.chat.until((chat) => chat.last?.text === 'Speaker 2 is now <b>Zoë</b>.');
});

test.concurrent('another language runs again with that language', async () => {
  const ann = people.someone();
  const { message } = await people.spoken(ann, 'language', 'In auto.');
  await people.press(ann, '🌐 Language');
  await ann.chat.until((chat) => hasButton(chat.message(message.id), 'Français'));
  await people.press(ann, 'Français');
  await ann.chat.until((chat) => chat.message(message.id)?.text === 'In fr.');
});

test.concurrent('a result is translated into English by a press, says so, and is shown as it was said by another', async () => {
  const ann = people.someone();
  const { message } = await people.spoken(ann, 'russian', 'Доброе утро.');
  await people.press(ann, '🌐 Language');
  await ann.chat.until((chat) => hasButton(chat.message(message.id), '🔤 Translate into English'));
  expect(await people.press(ann, '🔤 Translate into English')).toBe('On it');
  await ann.chat.until((chat) => chat.message(message.id)?.text === '🔤 Translated into English.\n\nGood morning.');
  await ann.chat.until((chat) => hasButton(chat.message(message.id), '🌐 Language'));
  await people.press(ann, '🌐 Language');
  await ann.chat.until((chat) => hasButton(chat.message(message.id), '↩️ Show the original language'));
  await people.press(ann, '↩️ Show the original language');
  await ann.chat.until((chat) => chat.message(message.id)?.text === 'Доброе утро.');
  expect(ann.chat.fromBot).toHaveLength(1);
});

test.concurrent('what is English already is not offered in English', async () => {
  const ann = people.someone();
  const { message } = await people.spoken(ann, 'Good morning.', 'Good morning.');
  await people.press(ann, '🌐 Language');
  await ann.chat.until((chat) => hasButton(chat.message(message.id), 'Français'));
  expect(hasButton(ann.chat.message(message.id), '🔤 Translate into English')).toBe(false);
});

test.concurrent('translation chosen in the settings holds for the next recording', async () => {
  const ann = people.someone();
  ann.sendText(ann.user.id, '/settings');
  const menu = await ann.chat.until((chat) => chat.fromBot.find(({ text }) => text === 'Settings'));
  await people.press(ann, 'Translation into English: off');
  await ann.chat.until((chat) => hasButton(chat.message(menu.id), 'Translation into English: on'));
  ann.sendVoice(ann.user.id, saying('russian'));
  await ann.chat.until((chat) => chat.last?.text === '🔤 Translated into English.\n\nGood morning.');
});

test.concurrent('where the recording is no longer kept, the result stays and the press says so', async () => {
  const ann = people.someone();
  const { voice, message } = await people.spoken(ann, 'A: Kept text.\nB: Gone sound.', 'Gone sound');
  const id = taskIdOf(bot.app.me.id, ann.user.id, voice.message_id);
  await rm(join(bot.tasksDir, id, 'audio.ogg'));
  await people.press(ann, '👥 Speakers');
  await ann.chat.until((chat) => hasButton(chat.message(message.id), '2'));
  expect(await people.press(ann, '2')).toBe('The recording is no longer kept. Send it again.');
  await ann.chat.until((chat) => hasButton(chat.message(message.id), 'SRT'));
  expect(ann.chat.message(message.id)?.text).toContain('Kept text');
});

test.concurrent('delete asks once, then recording, text and buttons are gone', async () => {
  const ann = people.someone();
  const { message } = await people.spoken(ann, 'a secret');
  await people.press(ann, '🗑 Delete');
  await ann.chat.until((chat) =>
    chat
      .message(message.id)
      ?.buttons.flat()
      .some(({ text }) => text.includes('Yes')),
  );
  expect(await people.press(ann, '🗑 Yes, delete')).toBe('Deleted');
  await ann.chat.until((chat) => chat.message(message.id)?.text.startsWith('🗑 Deleted'));
  expect(ann.chat.message(message.id)?.buttons).toEqual([]);
  const old = ann.forge(ann.user.id, message.buttons[0]?.[0]?.data ?? '', message.raw);
  expect((await old.answered()).text).toBe('This button is out of date. Send the recording again.');
});

test.concurrent('delete leaves nothing of words, title and names in the record', async () => {
  const ann = people.someone();
  const marker = `marker${ann.user.id}x`;
  const audio = ann.sendAudio(ann.user.id, saying(`A: ${marker} said this.\nB: And that.`), {
    title: `${marker} title`,
    duration: 7,
  });
  const message = await ann.chat.until((chat) =>
    chat.fromBot.find((seen) => seen.replyTo === audio.message_id && seen.text.includes(marker)),
  );
  await people.press(ann, '✏️ Names');
  await ann.chat.until((chat) => hasButton(chat.message(message.id), 'Speaker 2'));
  await people.press(ann, 'Speaker 2');
  const prompt = await ann.chat.until((chat) => chat.fromBot.find(({ text }) => text.startsWith('Reply to this')));
  ann.reply(prompt.raw, `${marker} name`);
  await ann.chat.until((chat) => chat.last?.text === `Speaker 2 is now ${marker} name.`);
  await ann.chat.until((chat) => hasButton(chat.message(message.id), '🗑 Delete'));
  const data = (text: string) => message.buttons.flat().find((button) => button.text === text)?.data ?? '';
  await ann.forge(ann.user.id, data('🗑 Delete'), message.raw).answered();
  await ann.chat.until((chat) => hasButton(chat.message(message.id), '🗑 Yes, delete'));
  await people.press(ann, '🗑 Yes, delete');
  await ann.chat.until((chat) => chat.message(message.id)?.text.startsWith('🗑 Deleted'));
  await until(async () => (await tablesWith(database.url, marker)).length === 0);
});

test.concurrent('forged and old buttons are explained', async () => {
  const ann = people.someone();
  const { message } = await people.spoken(ann, 'something');
  const answer = async (data: string) => (await ann.forge(ann.user.id, data, message.raw).answered()).text;
  expect(await answer('1:v:model:../../x')).toBe('I do not know this button.');
  expect(await answer('rm -rf /')).toBe('I do not know this button.');
  expect(await answer('0:c:x')).toBe('This button is out of date. Send the recording again.');
  const bob = people.someone();
  const other = await people.spoken(bob, 'nothing to do with Ann');
  const stolen = other.message.buttons[0]?.[0]?.data ?? '';
  expect(await answer(stolen)).toBe('This button is out of date. Send the recording again.');
});

test('the same file is answered from what is stored, with the same options only', async () => {
  const ann = people.someone();
  const { voice } = await people.spoken(ann, 'said only once');
  const before = bot.pipeline.transcribed;
  const again = ann.sendVoice(ann.user.id, { fileOf: voice });
  await ann.chat.until((chat) =>
    chat.fromBot.find((seen) => seen.replyTo === again.message_id && seen.text.includes('said only once')),
  );
  expect(bot.pipeline.transcribed).toBe(before);
  expect(ann.chat.last?.text).toContain('I have transcribed this recording before.');
});
