import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, saying, startDatabase, startHarness } from './test/harness.js';

let database: Awaited<ReturnType<typeof startDatabase>>;
let bot: Harness;

beforeAll(async () => {
  database = await startDatabase();
  bot = await startHarness(database.url);
});

afterAll(async () => {
  await bot?.close();
  await database?.close();
  await database?.directory.remove();
});

let next = 1000;
const someone = (language_code = 'en') => {
  next += 1;
  return bot.api.user({ id: next, first_name: 'Ann', language_code });
};

test('a voice message becomes text, in the message that said it was accepted', async () => {
  const ann = someone();
  const voice = ann.sendVoice(ann.user.id, saying('Hello <world> & all'), { duration: 7 });
  const message = await ann.chat.until((chat) => chat.fromBot.find(({ text }) => text.includes('Hello')));
  expect(message.text).toBe('Hello <world> & all');
  expect(message.revisions[0]?.text).toBe('⏳ Accepted');
  expect(message.replyTo).toBe(voice.message_id);
  expect(ann.chat.fromBot).toHaveLength(1);
  expect(message.buttons.flat().map(({ text }) => text)).toContain('SRT');
});
