import { Bot } from 'grammy';
import type { Message, Update } from 'grammy/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotApiServer, startBotApi } from '../server/start.js';
import type { Person } from './person.js';

let server: BotApiServer;
let bot: Bot;
let ann: Person;
let bob: Person;

beforeEach(async () => {
  server = await startBotApi({ flood: 'off' });
  bot = new Bot(server.token, { client: { apiRoot: server.url }, botInfo: server.bot });
  ann = server.user({ id: 1, first_name: 'Ann', username: 'ann' });
  bob = server.user({ id: 2, first_name: 'Bob' });
});
afterEach(() => server.close());

/** All updates that wait, which are then confirmed. */
async function received(): Promise<Update[]> {
  const updates = await bot.api.getUpdates();
  const last = updates.at(-1);
  if (last) await bot.api.getUpdates({ offset: last.update_id + 1, limit: 1 });
  return updates;
}

describe('people', () => {
  it('send everything that can hold sound, and grammY distinguishes the kinds', async () => {
    const bytes = Buffer.from('x');
    ann.sendVoice(1, bytes, { duration: 3 });
    ann.sendAudio(1, bytes, { title: 'Song', fileName: 'song.mp3' });
    ann.sendVideo(1, bytes, { caption: 'look /transcribe' });
    ann.sendVideoNote(1, bytes);
    ann.sendDocument(1, bytes, { fileName: 'talk.flac', mimeType: 'audio/flac' });
    ann.sendSticker(1, bytes);
    const kinds: string[] = [];
    for (const kind of ['voice', 'audio', 'video', 'video_note', 'document', 'sticker'] as const) {
      bot.on(`message:${kind}`, () => void kinds.push(kind));
    }
    for (const update of await received()) await bot.handleUpdate(update);
    expect(kinds).toEqual(['voice', 'audio', 'video', 'video_note', 'document', 'sticker']);
  });

  it('forward a file with its identifiers and its origin', async () => {
    const first = ann.sendVoice(1, Buffer.from('x')) as Message.VoiceMessage;
    const second = bob.forward(2, first) as Message.VoiceMessage;
    const other = bob.sendVoice(2, Buffer.from('x')) as Message.VoiceMessage;
    const again = bob.sendVoice(2, { fileOf: first }) as Message.VoiceMessage;
    expect(second.voice.file_unique_id).toBe(first.voice.file_unique_id);
    expect(again.voice.file_unique_id).toBe(first.voice.file_unique_id);
    expect(other.voice.file_unique_id).not.toBe(first.voice.file_unique_id);
    expect(second.forward_origin).toMatchObject({ type: 'user', sender_user: { id: 1 } });
  });

  it('send an album as messages with one media_group_id', () => {
    const file = Buffer.from('x');
    const [first, second] = ann.sendAlbum(1, [
      { kind: 'audio', file },
      { kind: 'audio', file },
    ]);
    expect(first?.media_group_id).toBeDefined();
    expect(second?.media_group_id).toBe(first?.media_group_id);
  });

  it('are heard in a group only when they speak to the bot, while privacy mode is on', async () => {
    const group = server.group({ title: 'Team', owner: ann });
    const voice = bob.sendVoice(group.id, Buffer.from('x'));
    bob.sendText(group.id, 'just talking');
    bob.sendText(group.id, '/transcribe@other_bot');
    bob.reply(voice, '/transcribe');
    const sent = await bot.api.sendMessage(group.id, 'here');
    bob.reply(sent, 'thanks');
    const texts = (await received()).flatMap(({ message }) => (message?.text ? [message.text] : []));
    expect(texts).toEqual(['/transcribe', 'thanks']);
    group.setBot('administrator', ann);
    bob.sendVoice(group.id, Buffer.from('x'));
    const kinds = (await received()).map((update) => (update.my_chat_member ? 'my_chat_member' : 'message'));
    expect(kinds).toEqual(['my_chat_member', 'message']);
  });

  it('reply to a voice message with a command, and the bot gets both', async () => {
    const group = server.group({ title: 'Team' });
    const voice = bob.sendVoice(group.id, Buffer.from('x')) as Message.VoiceMessage;
    ann.reply(voice, '/transcribe');
    const found: (string | undefined)[] = [];
    bot.command('transcribe', (context) => void found.push(context.msg.reply_to_message?.voice?.file_id));
    for (const update of await received()) await bot.handleUpdate(update);
    expect(found).toEqual([voice.voice.file_id]);
  });

  it('write in topics, and an answer stays in its topic', async () => {
    const group = server.group({ title: 'Forum', forum: true, bot: 'administrator' });
    const thread = group.topic('Calls');
    const voice = bob.sendVoice(group.id, Buffer.from('x'), { thread });
    const answer = await bot.api.sendMessage(group.id, 'text', { reply_parameters: { message_id: voice.message_id } });
    expect(answer).toMatchObject({ message_thread_id: thread, is_topic_message: true });
    group.closeTopic(thread);
    await expect(bot.api.sendMessage(group.id, 'x', { message_thread_id: thread })).rejects.toThrow('TOPIC_CLOSED');
  });

  it('post in channels', async () => {
    const channel = server.group({ title: 'News', type: 'channel', owner: ann });
    const post = ann.sendVoice(channel.id, Buffer.from('x'));
    ann.edit(ann.sendText(channel.id, 'one'), 'two');
    const kinds = (await received()).map((update) => Object.keys(update)[1]);
    expect(kinds).toEqual(['my_chat_member', 'channel_post', 'channel_post', 'edited_channel_post']);
    expect(post).toMatchObject({ sender_chat: { id: channel.id } });
    expect(post.from).toBeUndefined();
  });

  it('press what is there, and can forge what is not', async () => {
    ann.sendText(1, 'hello');
    const sent = await bot.api.sendMessage(1, 'x', {
      reply_markup: { inline_keyboard: [[{ text: 'SRT', callback_data: 'srt' }]] },
    });
    expect(() => ann.press(1, 'DOCX')).toThrow('There is no button DOCX in chat 1; there are: SRT');
    ann.press(1, 'SRT');
    bob.forge(1, 'delete:other', sent);
    const data = (await received()).flatMap(({ callback_query: query }) =>
      query ? [[query.from.id, query.data]] : [],
    );
    expect(data).toEqual([
      [1, 'srt'],
      [2, 'delete:other'],
    ]);
  });

  it('turn a group into a supergroup, and the old one names the new', async () => {
    const group = server.group({ title: 'Old', type: 'group' });
    const next = group.migrate();
    await expect(bot.api.sendMessage(group.id, 'x')).rejects.toMatchObject({
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: next.id },
    });
    expect(await bot.api.sendMessage(next.id, 'x')).toMatchObject({ text: 'x' });
  });

  it('report what they see when the expected message does not come', async () => {
    ann.sendText(1, 'hello');
    const waiting = ann.chat.until((chat) => chat.last, { timeoutMs: 20, what: 'an answer' });
    await expect(waiting).rejects.toThrow('Waited 20 ms in vain for an answer; there is: \nperson: hello');
  });
});
