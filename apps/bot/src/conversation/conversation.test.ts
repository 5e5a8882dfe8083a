import { openTelegramDatabase, type TelegramDatabase } from '@whisper-bot/store/telegram';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, saying, startDatabase, startHarness, texts } from '../test/harness.js';
import { createPeople, type People } from '../test/people.js';

let database: Awaited<ReturnType<typeof startDatabase>>;
let pool: TelegramDatabase;
let bot: Harness;
let people: People;

beforeAll(async () => {
  database = await startDatabase();
  pool = await openTelegramDatabase(database.url, () => {});
  bot = await startHarness(database.url);
  people = createPeople(bot);
});

afterAll(async () => {
  await bot?.close();
  await pool?.end();
  await database?.close();
  await database?.directory.remove();
});

test.concurrent('audio, video, video notes, documents and forwards are taken, each of an album by itself', async () => {
  const ann = people.someone();
  ann.sendAudio(ann.user.id, saying('from audio'), { title: 'Song', duration: 5 });
  ann.sendVideo(ann.user.id, saying('from video'), { duration: 5 });
  ann.sendVideoNote(ann.user.id, saying('from note'), { duration: 5 });
  ann.sendDocument(ann.user.id, saying('from document'), { fileName: 'talk.MKV', mimeType: 'video/x-matroska' });
  ann.sendAlbum(ann.user.id, [
    { kind: 'audio', file: saying('album one') },
    { kind: 'audio', file: saying('album two') },
  ]);
  const bob = people.someone();
  const original = bob.sendVoice(bob.user.id, saying('from forward'), { duration: 5 });
  ann.forward(ann.user.id, original);
  const wanted = ['from audio', 'from video', 'from note', 'from document', 'album one', 'album two', 'from forward'];
  await ann.chat.until((chat) => wanted.every((text) => texts(chat).some((seen) => seen.includes(text))));
  expect(ann.chat.fromBot).toHaveLength(wanted.length);
});

test.concurrent('a document that may be a recording is looked into, one that cannot be is declined unfetched', async () => {
  const ann = people.someone();
  ann.sendDocument(ann.user.id, saying('without an ending'), {
    fileName: 'REC0001',
    mimeType: 'application/octet-stream',
  });
  ann.sendDocument(ann.user.id, saying('from an old phone'), {
    fileName: 'talk.3ga',
    mimeType: 'application/octet-stream',
  });
  ann.sendDocument(ann.user.id, { size: 5_000_000 }, { fileName: 'report.pdf', mimeType: 'application/octet-stream' });
  await ann.chat.until(
    (chat) =>
      ['without an ending', 'from an old phone'].every((text) => texts(chat).includes(text)) &&
      texts(chat).some((text) => text.startsWith('Send me a voice message')),
  );
  expect(ann.chat.fromBot).toHaveLength(3);
});

test.concurrent('what is no recording is explained, an album of photos once', async () => {
  const ann = people.someone('ru');
  ann.sendSticker(ann.user.id, { size: 10 });
  ann.sendAlbum(ann.user.id, [
    { kind: 'photo', file: { size: 10 } },
    { kind: 'photo', file: { size: 11 } },
  ]);
  ann.sendText(ann.user.id, 'привет');
  await ann.chat.until((chat) => chat.fromBot.length === 3);
  expect(new Set(texts(ann.chat))).toEqual(new Set(['Пришлите голосовое сообщение, аудио, видео или видеосообщение.']));
});

test.concurrent('an error says what is wrong in the user’s language; Retry helps where it can', async () => {
  const ann = people.someone('ru');
  const damaged = await people.spoken(ann, 'fail:damaged-media', 'повреждён');
  expect(damaged.message.buttons).toEqual([]);
  const crashed = await people.spoken(ann, 'fail:engine-crashed:once', 'прервалось');
  expect(crashed.message.buttons.flat().map(({ text }) => text)).toEqual(['🔁 Повторить']);
  expect(await people.press(ann, '🔁 Повторить')).toBe('Пробую ещё раз');
  await ann.chat.until((chat) => chat.message(crashed.message.id)?.text.startsWith('fail:engine'));
});

test.concurrent('the Cancel button works while the engine runs, and nothing is delivered', async () => {
  const ann = people.someone();
  const { message } = await people.spoken(ann, 'hold', 'Writing down');
  expect(await people.press(ann, '✖️ Cancel')).toBe('Stopping');
  await ann.chat.until((chat) => chat.message(message.id)?.text === '✖️ Cancelled.');
  expect(ann.chat.message(message.id)?.buttons).toEqual([]);
});

test.concurrent('/status lists what is in progress, /cancel stops it', async () => {
  const ann = people.someone();
  await people.spoken(ann, 'hold', 'Writing down');
  ann.sendText(ann.user.id, '/status');
  await ann.chat.until((chat) => chat.fromBot.some(({ text }) => text.startsWith('In progress\n1. recording')));
  ann.sendText(ann.user.id, '/cancel');
  await ann.chat.until((chat) => chat.fromBot.some(({ text }) => text === '✖️ Stopped: 1 recording.'));
  ann.sendText(ann.user.id, '/cancel');
  await ann.chat.until((chat) => chat.last?.text === 'There is nothing to stop.');
});

test.concurrent('long results are split at sentences, very long ones come as a file with a preview', async () => {
  const ann = people.someone();
  ann.sendVoice(ann.user.id, saying('words:1500'));
  await ann.chat.until((chat) => chat.last && chat.last.buttons.length > 0 && chat.fromBot.length === 2);
  for (const { text } of ann.chat.fromBot) expect(text).toMatch(/^The .*again\.$/s);
  const bob = people.someone();
  bob.sendVoice(bob.user.id, saying('words:6000'));
  const { file } = await bob.chat.until((chat) => chat.fromBot.find((seen) => seen.file));
  expect(file?.name).toBe('transcript.txt');
  expect((await file?.text())?.split(' ').length).toBeGreaterThan(5900);
  // The preview stands in the status message, which is changed by a call of its own.
  const preview = await bob.chat.until((chat) =>
    chat.fromBot.find(({ text }) => text.includes('all of it is in the file')),
  );
  expect(bob.chat.fromBot[0]).toEqual(preview);
});

test.concurrent('settings are chosen in a menu and hold for the next recording', async () => {
  const ann = people.someone();
  ann.sendText(ann.user.id, '/settings');
  const menu = await ann.chat.until((chat) => chat.fromBot.find(({ text }) => text === 'Settings'));
  const has = (text: string) =>
    ann.chat.until((chat) =>
      chat
        .message(menu.id)
        ?.buttons.flat()
        .some((button) => button.text === text),
    );
  await people.press(ann, 'Language of the recordings: automatic');
  await has('Русский');
  await people.press(ann, 'Русский');
  await has('Language of the recordings: Русский');
  await people.press(ann, 'Result: message');
  await has('SRT subtitles');
  await people.press(ann, 'SRT subtitles');
  await has('Result: SRT subtitles');
  await people.press(ann, 'Language of the bot: as Telegram');
  await has('Русский');
  await people.press(ann, 'Русский');
  await ann.chat.until((chat) => chat.message(menu.id)?.text === 'Настройки');
  ann.sendVoice(ann.user.id, saying('A: Раз.\nB: Два.'));
  const { file } = await ann.chat.until((chat) => chat.fromBot.find((seen) => seen.file));
  expect(file?.name).toBe('расшифровка.srt');
  expect(await file?.text()).toContain('Спикер 2: Два.');
});

test.concurrent('/delete_my_data forgets everything about a person', async () => {
  const ann = people.someone();
  await people.spoken(ann, 'to be forgotten');
  ann.sendText(ann.user.id, '/stats');
  await ann.chat.until((chat) => chat.last?.text.includes('Recordings: 1'));
  ann.sendText(ann.user.id, '/delete_my_data');
  await ann.chat.until((chat) => chat.last?.text.startsWith('Forget everything'));
  await people.press(ann, 'Yes, forget me');
  await ann.chat.until((chat) => chat.last?.text.startsWith('Done.'));
  ann.sendText(ann.user.id, '/stats');
  await ann.chat.until((chat) => chat.last?.text.includes('Recordings: 0'));
});

test('a voice message becomes text, in the message that said it was accepted', async () => {
  const ann = people.someone();
  const voice = ann.sendVoice(ann.user.id, saying('Hello <world> & all'), { duration: 7 });
  const message = await ann.chat.until((chat) => chat.fromBot.find(({ text }) => text.includes('Hello')));
  expect(message.text).toBe('Hello <world> & all');
  expect(message.revisions[0]?.text).toBe('⏳ Accepted');
  expect(message.replyTo).toBe(voice.message_id);
  expect(ann.chat.fromBot).toHaveLength(1);
  expect(message.buttons.flat().map(({ text }) => text)).toContain('SRT');
});

test('a file over the limit is refused before it is fetched', async () => {
  const ann = people.someone();
  ann.sendDocument(ann.user.id, { size: 20_000_001 }, { fileName: 'big.mp3', mimeType: 'audio/mpeg' });
  await ann.chat.until((chat) => chat.last?.text.includes('at most 20 MB'));
  expect(bot.api.journal.of('getFile').filter(({ outcome }) => outcome?.kind === 'refused')).toHaveLength(0);
});

test('a file that Telegram no longer has is reported as such', async () => {
  const ann = people.someone();
  bot.api.faults.next('getFile', {
    kind: 'refuse',
    code: 400,
    description: 'Bad Request: wrong file_id or the file is temporarily unavailable',
  });
  await people.spoken(ann, 'expired', 'Telegram no longer has this file');
});

test('a recording of unknown length is charged once its length is known', async () => {
  const ann = people.someone();
  ann.sendDocument(ann.user.id, saying('a long document'), { fileName: 'talk.mp3', mimeType: 'audio/mpeg' });
  await ann.chat.until((chat) => chat.last?.text.includes('a long document'));
  const charged = await until(async () => {
    const { rows } = await pool.query('select seconds from telegram_usage where user_id = $1', [ann.user.id]);
    return rows.length === 1 && rows[0].seconds > 0 && rows;
  });
  expect(charged).toEqual([{ seconds: 5 }]);
});

test('limits hold at once: block, allow, and who may set them', async () => {
  const operator = bot.api.user({ id: 1, first_name: 'Op' });
  const ann = people.someone();
  ann.sendText(ann.user.id, '/block 5');
  await ann.chat.until((chat) => chat.last?.text === 'Only an operator of this bot may do this.');
  operator.sendText(1, `/block ${ann.user.id}`);
  await operator.chat.until((chat) => chat.last?.text === `Blocked: ${ann.user.id}`);
  ann.sendVoice(ann.user.id, saying('blocked'));
  await ann.chat.until((chat) => chat.last?.text === 'You cannot use this bot.');
  operator.sendText(1, `/unblock ${ann.user.id}`);
  await operator.chat.until((chat) => chat.last?.text === `No longer blocked: ${ann.user.id}`);
  await people.spoken(ann, 'back again');
  const { rows } = await pool.query(
    `select action, before, after from audit where actor = 'tg:1' and target = 'user:${ann.user.id}' order by id`,
  );
  expect(rows).toEqual([
    { action: 'person.change', before: { access: 'default' }, after: { access: 'blocked' } },
    { action: 'person.change', before: { access: 'blocked' }, after: { access: 'default' } },
  ]);
});

test('commands are registered in both languages', async () => {
  await bot.api.journal.until(() => bot.api.journal.of('setMyCommands').length >= 4);
  const russian = bot.api.journal.of('setMyCommands').filter(({ parameters }) => parameters.language_code === 'ru');
  expect(JSON.stringify(russian.map(({ parameters }) => parameters.commands))).toContain(
    'Сколько расшифровано для меня',
  );
});

test('the bot kept to Telegram’s limits in all of this', () => {
  expect(bot.api.violations.entries).toEqual([]);
});
