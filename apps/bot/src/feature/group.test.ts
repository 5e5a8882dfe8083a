import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, saying, startDatabase, startHarness, texts } from '../test/harness.js';

let database: Awaited<ReturnType<typeof startDatabase>>;
let bot: Harness;

beforeAll(async () => {
  database = await startDatabase();
  bot = await startHarness(database.url, { api: { bot: { can_read_all_group_messages: true } } });
});

afterAll(async () => {
  await bot?.close();
  await database?.close();
  await database?.directory.remove();
});

let next = 5000;
const someone = (language_code = 'en') => {
  next += 1;
  return bot.api.user({ id: next, first_name: 'Ann', language_code });
};
const press = async (person: ReturnType<typeof someone>, button: string, chat: number) =>
  (await person.press(chat, button).answered()).text;

test.concurrent('the bot is silent in a group until someone replies with /transcribe', async () => {
  const [owner, ann] = [someone(), someone()];
  const group = bot.api.group({ title: 'Friends', owner });
  group.join(ann);
  const voice = ann.sendVoice(group.id, saying('quiet please'));
  ann.sendText(group.id, 'what did she say?');
  const asked = ann.reply(voice, '/transcribe');
  const answer = await group.chat.until((chat) => chat.fromBot.find(({ text }) => text === 'quiet please'));
  expect(answer.replyTo).toBe(asked.message_id);
  expect(group.chat.fromBot).toHaveLength(1);
  ann.sendText(group.id, '/transcribe');
  await group.chat.until((chat) => chat.last?.text.startsWith('Reply with /transcribe'));
});

test.concurrent('the buttons of a result answer to whom they belong, and to administrators', async () => {
  const [owner, ann, bob] = [someone(), someone(), someone('ru')];
  const group = bot.api.group({ title: 'Work', owner });
  group.join(ann);
  group.join(bob);
  ann.reply(ann.sendVoice(group.id, saying('hold')), '/transcribe');
  await group.chat.until((chat) => chat.last?.text.includes('Writing down'));
  expect(await press(bob, '✖️ Cancel', group.id)).toBe(
    'Это может сделать только тот, кто запросил расшифровку, или администратор.',
  );
  expect(await press(owner, '✖️ Cancel', group.id)).toBe('Stopping');
  await group.chat.until((chat) => chat.last?.text === '✖️ Cancelled.');
});

test.concurrent('administrators switch a group to all voice messages, quietly, and lock its settings', async () => {
  const [owner, ann] = [someone(), someone()];
  const group = bot.api.group({ title: 'Voices', owner });
  group.join(ann);
  ann.sendText(group.id, '/settings');
  const menu = await group.chat.until((chat) => chat.fromBot.find(({ text }) => text === 'Settings of this chat'));
  const has = (text: string) =>
    group.chat.until((chat) =>
      chat
        .message(menu.id)
        ?.buttons.flat()
        .some((button) => button.text === text),
    );
  const silent = 'What I transcribe here: only on /transcribe';
  expect(await press(ann, silent, group.id)).toBe('Only administrators of this chat may change this.');
  expect(await press(ann, 'Times: off', group.id)).toBe('Saved');
  await has('Times: on');
  expect(await press(owner, silent, group.id)).toBe('Saved');
  await has('What I transcribe here: every voice message');
  await press(owner, 'Notifications: with sound', group.id);
  await has('Notifications: without sound');
  await press(owner, 'Who may change settings: everyone', group.id);
  await has('Who may change settings: administrators');
  expect(await press(ann, 'Times: on', group.id)).toBe('The settings of this chat are locked by its administrators.');
  ann.sendVoice(group.id, saying('unasked'));
  await group.chat.until((chat) => chat.last?.text === '00:00 unasked');
  const quiet = (chat: number) =>
    bot.api.journal.entries.some(
      ({ method, parameters }) =>
        method === 'sendMessage' && parameters.chat_id === chat && parameters.disable_notification === true,
    );
  expect(quiet(group.id)).toBe(true);
});

test.concurrent('an answer stays in the topic it was asked in', async () => {
  const owner = someone();
  const group = bot.api.group({ title: 'Forum', forum: true, owner });
  const thread = group.topic('Standup');
  const voice = owner.sendVoice(group.id, saying('in the topic'), { thread });
  owner.reply(voice, '/transcribe');
  const answer = await group.chat.until((chat) => chat.fromBot.find(({ text }) => text === 'in the topic'));
  expect(answer.thread).toBe(thread);
});

test.concurrent('a channel’s post is answered below it, or gets the text itself, as configured', async () => {
  const owner = someone();
  const channel = bot.api.group({ title: 'News', type: 'channel', owner });
  const post = owner.sendVoice(channel.id, saying('first news'));
  await channel.chat.until((chat) =>
    chat.fromBot.some((seen) => seen.text === 'first news' && seen.replyTo === post.message_id),
  );
  owner.sendText(channel.id, '/settings');
  await channel.chat.until((chat) => chat.last?.text === 'Settings of this chat');
  await press(owner, 'Posts: a reply below', channel.id);
  await channel.chat.until((chat) => chat.last?.buttons.flat().some(({ text }) => text === 'Posts: into the post'));
  const second = owner.sendVoice(channel.id, saying('second news'));
  await channel.chat.until((chat) => chat.message(second.message_id)?.text === 'second news');
  const long = owner.sendVoice(channel.id, saying('words:400'));
  await channel.chat.until((chat) => chat.fromBot.some((seen) => seen.replyTo === long.message_id));
});

test.concurrent('a group that becomes a supergroup gets its answers there', async () => {
  const owner = someone();
  const group = bot.api.group({ title: 'Old', type: 'group', owner });
  owner.reply(owner.sendVoice(group.id, saying('hold')), '/transcribe');
  await group.chat.until((chat) => chat.last?.text.includes('Writing down'));
  const moved = group.migrate();
  owner.sendText(moved.id, '/cancel');
  await moved.chat.until((chat) => texts(chat).includes('✖️ Stopped: 1 recording.'));
});

test('work for a user who blocks the bot stops', async () => {
  const ann = someone();
  ann.sendVoice(ann.user.id, saying('hold'));
  await ann.chat.until((chat) => chat.last?.text.includes('Writing down'));
  const before = bot.api.journal.entries.length;
  ann.block();
  await bot.api.updates.drained();
  const bob = someone();
  bob.sendVoice(bob.user.id, saying('still here'));
  await bob.chat.until((chat) => chat.last?.text === 'still here');
  const later = bot.api.journal.entries.slice(before);
  expect(later.filter(({ parameters }) => Number(parameters.chat_id) === ann.user.id)).toEqual([]);
});

test.concurrent('a closed topic concerns itself alone: its result goes to the general topic, the others go on', async () => {
  const [owner, ann] = [someone(), someone()];
  const group = bot.api.group({ title: 'Forum', forum: true, owner });
  group.join(ann);
  const [closed, open] = [group.topic('Closed soon'), group.topic('Open')];
  const say = (words: string, thread: number) =>
    ann.reply(ann.sendVoice(group.id, saying(words), { thread }), '/transcribe');
  say('said before it was closed', closed);
  say('said in the open topic', open);
  group.closeTopic(closed);
  const seen = (text: string) => group.chat.until((chat) => chat.fromBot.find((message) => message.text === text));
  expect((await seen('said in the open topic')).thread).toBe(open);
  expect((await seen('said before it was closed')).thread).toBeUndefined();
  await group.chat.until((chat) => !chat.fromBot.some(({ text }) => text.includes('Accepted')));
});
