import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bot, GrammyError, HttpError, InlineKeyboard, InputFile, webhookCallback } from 'grammy';
import type { Message } from 'grammy/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../temporary-directory.js';
import { type BotApiServer, startBotApi } from './server/start.js';

// A real grammY client against the server: what grammY accepts here, it accepts from Telegram.

let server: BotApiServer;
let bot: Bot;

const clientOf = ({ url, token }: BotApiServer) => new Bot(token, { client: { apiRoot: url } });
const ann = { id: 1001, first_name: 'Ann', language_code: 'en' };

beforeEach(async () => {
  server = await startBotApi({ flood: 'count' });
  bot = clientOf(server);
});
afterEach(async () => {
  if (bot.isRunning()) await bot.stop();
  await server.close();
});

async function refusal(promise: Promise<unknown>): Promise<GrammyError> {
  const error = await promise.then(
    () => new Error('was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof GrammyError)) throw error;
  return error;
}

describe('a grammY bot', () => {
  it('polls, answers and edits, and a person sees it', async () => {
    bot.on('message:voice', async (context) => {
      const status = await context.reply('In the queue', { reply_parameters: { message_id: context.msgId } });
      await context.api.editMessageText(context.chat.id, status.message_id, '<b>Ann:</b> hello &amp; bye', {
        parse_mode: 'HTML',
        reply_markup: new InlineKeyboard().text('SRT', 'srt:1').text('VTT', 'vtt:1'),
      });
    });
    bot.on('callback_query:data', (context) => context.answerCallbackQuery(`made ${context.callbackQuery.data}`));
    void bot.start();
    const person = server.user(ann);
    const voice = person.sendVoice(person.chat, Buffer.from('OggS'), { duration: 7 });

    const answer = await person.chat.until((chat) => chat.fromBot.find((message) => message.edits === 1));
    expect(answer.text).toBe('Ann: hello & bye');
    expect(answer.entities).toEqual([{ type: 'bold', offset: 0, length: 4 }]);
    expect(answer.buttons).toEqual([
      [
        { text: 'SRT', data: 'srt:1' },
        { text: 'VTT', data: 'vtt:1' },
      ],
    ]);
    expect(answer.replyTo).toBe(voice.message_id);
    expect(answer.revisions.map(({ text }) => text)).toEqual(['In the queue', 'Ann: hello & bye']);
    expect(await person.press(person.chat, 'VTT').answered()).toEqual({ text: 'made vtt:1', alert: false });
    await server.updates.drained();
    expect(server.journal.effective('sendMessage')).toHaveLength(1);
  });

  it('is given its updates again until it confirms them', async () => {
    const person = server.user(ann);
    person.sendText(person.chat, 'one');
    person.sendText(person.chat, '/start now');
    const first = await bot.api.getUpdates({ limit: 1 });
    const again = await bot.api.getUpdates();
    expect(again.map((update) => update.message?.text)).toEqual(['one', '/start now']);
    expect(again[1]?.message?.entities).toEqual([{ type: 'bot_command', offset: 0, length: 6 }]);
    const rest = await bot.api.getUpdates({ offset: (first[0]?.update_id ?? 0) + 1 });
    expect(rest.map((update) => update.message?.text)).toEqual(['/start now']);
    expect(await bot.api.getUpdates({ offset: (rest[0]?.update_id ?? 0) + 1 })).toEqual([]);
  });

  it('gets only the kinds of updates it asks for', async () => {
    const person = server.user(ann);
    await bot.api.getUpdates({ allowed_updates: ['edited_message'] });
    const message = person.sendText(person.chat, 'one');
    person.edit(message, 'two');
    const updates = await bot.api.getUpdates();
    expect(updates.map((update) => update.edited_message?.text)).toEqual(['two']);
  });

  it('receives 409 when another one polls with the same token', async () => {
    const first = refusal(bot.api.getUpdates({ timeout: 30 }));
    await server.journal.until(() => server.journal.entries.length === 1);
    const second = bot.api.getUpdates({ timeout: 30 });
    expect(await first).toMatchObject({
      error_code: 409,
      description: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    });
    server.user(ann).sendText(ann.id, 'hello');
    expect(await second).toHaveLength(1);
    expect(server.violations.count('second-poller')).toBe(1);
  });

  it('downloads what a person sent and uploads a document a person can open', async () => {
    const person = server.user(ann);
    const { voice } = person.sendVoice(person.chat, Buffer.from('some sound')) as Message.VoiceMessage;
    const file = await bot.api.getFile(voice.file_id);
    const download = await fetch(`${server.url}/file/bot${server.token}/${file.file_path}`);
    expect(await download.text()).toBe('some sound');

    const sent = await bot.api.sendDocument(ann.id, new InputFile(Buffer.from('1\n00:00'), 'a "b".srt'), {
      caption: '*1*',
      parse_mode: 'MarkdownV2',
    });
    const seen = person.chat.last;
    expect(await seen?.file?.text()).toBe('1\n00:00');
    expect(seen).toMatchObject({ text: '1', entities: [{ type: 'bold', offset: 0, length: 1 }] });
    const again = await bot.api.sendDocument(ann.id, sent.document.file_id);
    expect(again.document.file_unique_id).toBe(sent.document.file_unique_id);
  });

  it('takes updates by webhook with the secret, again after a failure, and cannot poll meanwhile', async () => {
    await server.close();
    server = await startBotApi({ webhookRetryMs: 1 });
    bot = clientOf(server);
    const texts: string[] = [];
    bot.on('message:text', (context) => void texts.push(context.msg.text));
    const handle = webhookCallback(bot, 'http', { secretToken: 'secret_1' });
    let failures = 1;
    const receiver = createServer((request, response) => {
      if (failures-- > 0) response.writeHead(502).end();
      else void handle(request, response);
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    try {
      const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
      await bot.api.setWebhook(url, { secret_token: 'secret_1' });
      expect((await refusal(bot.api.getUpdates())).description).toBe(
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
      server.user(ann).sendText(ann.id, 'by post');
      await server.updates.drained();
      expect(texts).toEqual(['by post']);
      const info = await bot.api.getWebhookInfo();
      expect(info).toMatchObject({ url, pending_update_count: 0 });
      expect(info.last_error_message).toBe('Wrong response from the webhook: 502 Bad Gateway');
      await bot.api.deleteWebhook();
      expect(await bot.api.getUpdates()).toEqual([]);
    } finally {
      receiver.close();
    }
  });

  it('keeps commands by scope and language', async () => {
    const english = [{ command: 'help', description: 'What I can do' }];
    const russian = [{ command: 'help', description: 'Что я умею' }];
    await bot.api.setMyCommands(english);
    await bot.api.setMyCommands(russian, { language_code: 'ru', scope: { type: 'all_private_chats' } });
    expect(await bot.api.getMyCommands()).toEqual(english);
    expect(await bot.api.getMyCommands({ language_code: 'ru', scope: { type: 'all_private_chats' } })).toEqual(russian);
    expect(await bot.api.getMyCommands({ language_code: 'ru' })).toEqual([]);
  });

  it('learns about chats and members', async () => {
    const owner = server.user(ann);
    const group = server.group({ title: 'Team', owner });
    expect(await bot.api.getChatMember(group.id, ann.id)).toMatchObject({ status: 'creator' });
    expect(await bot.api.getChatAdministrators(group.id)).toHaveLength(1);
    expect(await bot.api.getChat(group.id)).toMatchObject({ title: 'Team', type: 'supergroup' });
    await bot.api.leaveChat(group.id);
    expect((await refusal(bot.api.sendMessage(group.id, 'x'))).description).toBe(
      'Forbidden: bot is not a member of the supergroup chat',
    );
  });

  it('reads files by path from a server in local mode', async () => {
    await using directory = await temporaryDirectory();
    await server.close();
    server = await startBotApi({ local: { directory: directory.path } });
    bot = clientOf(server);
    const person = server.user(ann);
    const { video } = person.sendVideo(person.chat, { size: 21 * 1024 * 1024 }) as Message.VideoMessage;
    const file = await bot.api.getFile(video.file_id);
    expect(file.file_path?.startsWith(directory.path)).toBe(true);
    const { size } = await import('node:fs/promises').then(({ stat }) => stat(file.file_path ?? ''));
    expect(size).toBe(21 * 1024 * 1024);
  });
});

describe('refusals in Telegram’s words', () => {
  it.each<[string, (id: number) => Promise<unknown>, number, string]>([
    ['an unknown chat', () => bot.api.sendMessage(5, 'x'), 400, 'Bad Request: chat not found'],
    ['blanks only', (id) => bot.api.sendMessage(id, ' \n'), 400, 'Bad Request: message text is empty'],
    [
      'markup only',
      (id) => bot.api.sendMessage(id, '<b></b>', { parse_mode: 'HTML' }),
      400,
      'Bad Request: text must be non-empty',
    ],
    ['4,097 characters', (id) => bot.api.sendMessage(id, 'x'.repeat(4097)), 400, 'Bad Request: message is too long'],
    [
      '2,049 emoji of two code units',
      (id) => bot.api.sendMessage(id, '🎤'.repeat(2049)),
      400,
      'Bad Request: message is too long',
    ],
    [
      'an open tag',
      (id) => bot.api.sendMessage(id, 'a <b>c', { parse_mode: 'HTML' }),
      400,
      'Bad Request: can\'t parse entities: Can\'t find end tag corresponding to start tag "b"',
    ],
    [
      'an unknown tag',
      (id) => bot.api.sendMessage(id, 'ы <hr>', { parse_mode: 'HTML' }),
      400,
      'Bad Request: can\'t parse entities: Unsupported start tag "hr" at byte offset 3',
    ],
    [
      'crossed tags',
      (id) => bot.api.sendMessage(id, '<i>a</b>', { parse_mode: 'HTML' }),
      400,
      'Bad Request: can\'t parse entities: Unmatched end tag at byte offset 4, expected "</i>", found "</b>"',
    ],
    [
      'a bare dot in MarkdownV2',
      (id) => bot.api.sendMessage(id, 'a.', { parse_mode: 'MarkdownV2' }),
      400,
      "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    ],
    [
      'an open mark',
      (id) => bot.api.sendMessage(id, 'a *b', { parse_mode: 'MarkdownV2' }),
      400,
      "Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 2",
    ],
    [
      '65 bytes behind a button',
      (id) => bot.api.sendMessage(id, 'x', { reply_markup: new InlineKeyboard().text('b', 'x'.repeat(65)) }),
      400,
      'Bad Request: BUTTON_DATA_INVALID',
    ],
    [
      'a reply to nothing',
      (id) => bot.api.sendMessage(id, 'x', { reply_parameters: { message_id: 77 } }),
      400,
      'Bad Request: message to be replied not found',
    ],
    [
      'a topic that is none',
      (id) => bot.api.sendMessage(id, 'x', { message_thread_id: 1 }),
      400,
      'Bad Request: message thread not found',
    ],
    ['an edit of nothing', (id) => bot.api.editMessageText(id, 77, 'x'), 400, 'Bad Request: message to edit not found'],
    [
      'an edit of a person’s message',
      (id) => bot.api.editMessageText(id, 1, 'x'),
      400,
      "Bad Request: message can't be edited",
    ],
    ['a deletion of nothing', (id) => bot.api.deleteMessage(id, 77), 400, 'Bad Request: message to delete not found'],
    [
      'a long caption',
      (id) => bot.api.sendDocument(id, new InputFile(Buffer.from('x')), { caption: 'x'.repeat(1025) }),
      400,
      'Bad Request: message caption is too long',
    ],
    [
      'an unknown callback',
      () => bot.api.answerCallbackQuery('9'),
      400,
      'Bad Request: query is too old and response timeout expired or query ID is invalid',
    ],
    [
      'an unknown file',
      () => bot.api.getFile('nothing'),
      400,
      'Bad Request: wrong file_id or the file is temporarily unavailable',
    ],
    [
      'a method that is none',
      () => (bot.api.raw as unknown as Record<string, () => Promise<unknown>>).fly?.() ?? Promise.resolve(),
      404,
      'Not Found: method not found',
    ],
  ])('%s', async (_, call, code, description) => {
    server.user(ann).sendText(ann.id, 'hello');
    expect(await refusal(call(ann.id))).toMatchObject({ error_code: code, description });
  });

  it('says when an edit changes nothing, and counts it', async () => {
    server.user(ann).sendText(ann.id, 'hello');
    const { message_id } = await bot.api.sendMessage(ann.id, '<b>x</b>', { parse_mode: 'HTML' });
    const error = await refusal(bot.api.editMessageText(ann.id, message_id, '*x*', { parse_mode: 'MarkdownV2' }));
    expect(error.description).toMatch(/^Bad Request: message is not modified: specified new message content/);
    expect(server.violations.count('unchanged-edit')).toBe(1);
  });

  it('says when a person has blocked the bot', async () => {
    const person = server.user(ann);
    person.sendText(person.chat, 'hello');
    person.block();
    expect(await refusal(bot.api.sendMessage(ann.id, 'x'))).toMatchObject({
      error_code: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    const updates = await bot.api.getUpdates();
    expect(updates.at(-1)?.my_chat_member?.new_chat_member.status).toBe('kicked');
  });

  it('refuses files over 20 MB before they are downloaded', async () => {
    const person = server.user(ann);
    const { video } = person.sendVideo(person.chat, { size: 20 * 1024 * 1024 + 1 }) as Message.VideoMessage;
    expect((await refusal(bot.api.getFile(video.file_id))).description).toBe('Bad Request: file is too big');
  });

  it('knows no other token', async () => {
    const stranger = new Bot('123456789:another-token', { client: { apiRoot: server.url } });
    expect(await refusal(stranger.api.getMe())).toMatchObject({ error_code: 401, description: 'Unauthorized' });
  });

  it('takes a message of exactly 4,096 code units, counted without markup and escapes', async () => {
    server.user(ann).sendText(ann.id, 'hello');
    const message = await bot.api.sendMessage(ann.id, `<b>${'&amp;'.repeat(4094)}</b>🎤`, { parse_mode: 'HTML' });
    expect(message.text).toHaveLength(4096);
    expect(message.entities).toEqual([{ type: 'bold', offset: 0, length: 4094 }]);
  });
});

describe('planned faults', () => {
  beforeEach(() => void server.user(ann).sendText(ann.id, 'hello'));

  it('answers 429 with the seconds to wait', async () => {
    server.faults.next('sendMessage', { kind: 'flood', retryAfter: 3 });
    expect(await refusal(bot.api.sendMessage(ann.id, 'x'))).toMatchObject({
      error_code: 429,
      parameters: { retry_after: 3 },
    });
    expect((await bot.api.sendMessage(ann.id, 'x')).text).toBe('x');
  });

  it('loses the request: nothing was sent', async () => {
    server.faults.next('*', { kind: 'drop-request' });
    await expect(bot.api.sendMessage(ann.id, 'x')).rejects.toBeInstanceOf(HttpError);
    expect(server.chat(ann.id).fromBot).toHaveLength(0);
  });

  it('loses the answer: the message was sent', async () => {
    server.faults.next('sendMessage', { kind: 'drop-response' });
    await expect(bot.api.sendMessage(ann.id, 'x')).rejects.toBeInstanceOf(HttpError);
    expect(server.chat(ann.id).fromBot).toHaveLength(1);
    expect(server.journal.effective('sendMessage')).toHaveLength(1);
  });

  it('answers as a broken proxy does', async () => {
    server.faults.next('sendMessage', { kind: 'server-error', status: 502 });
    await expect(bot.api.sendMessage(ann.id, 'x')).rejects.toBeInstanceOf(HttpError);
  });

  it('cuts downloads short and lets links expire', async () => {
    const { voice } = server.user(ann).sendVoice(ann.id, Buffer.from('some sound')) as Message.VoiceMessage;
    const { file_path } = await bot.api.getFile(voice.file_id);
    const url = `${server.url}/file/bot${server.token}/${file_path}`;
    server.faults.next('download', { kind: 'truncated-download', bytes: 4 });
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
    server.faults.next('download', { kind: 'file-expired' });
    expect((await fetch(url)).status).toBe(404);
    expect(await (await fetch(url)).text()).toBe('some sound');
  });

  it('strikes by chance, the same way for the same seed', async () => {
    const strikes = async () => {
      await using one = await startBotApi({ seed: 7, flood: 'off' });
      one.faults.next(
        'getMe',
        { kind: 'refuse', code: 500, description: 'Internal Server Error' },
        { times: 50, probability: 0.5 },
      );
      const results: boolean[] = [];
      for (let call = 0; call < 20; call += 1) {
        const response = await fetch(`${one.url}/bot${one.token}/getMe`);
        results.push(response.ok);
      }
      return results;
    };
    const first = await strikes();
    expect(first).toContain(true);
    expect(first).toContain(false);
    expect(await strikes()).toEqual(first);
  });
});

describe('request bodies', () => {
  it.each(['json', 'urlencoded', 'multipart', 'query'])('%s', async (kind) => {
    server.user(ann).sendText(ann.id, 'hello');
    const fields = {
      chat_id: String(ann.id),
      text: 'a & я',
      reply_markup: '{"inline_keyboard":[[{"text":"b","callback_data":"d"}]]}',
    };
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const query = new URLSearchParams(fields);
    const address = `${server.url}/bot${server.token}/SENDmessage`;
    const response = await (kind === 'query'
      ? fetch(`${address}?${query}`)
      : fetch(address, {
          method: 'POST',
          ...(kind === 'json' && { headers: { 'content-type': 'application/json' } }),
          body: kind === 'json' ? JSON.stringify(fields) : kind === 'urlencoded' ? query : form,
        }));
    expect(await response.json()).toMatchObject({ ok: true, result: { text: 'a & я' } });
    expect(server.chat(ann.id).last?.buttons[0]?.[0]?.data).toBe('d');
  });
});
