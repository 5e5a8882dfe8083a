import { Api, InlineKeyboard } from 'grammy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../people/person.js';
import { type BotApiServer, startBotApi } from '../server/start.js';
import { showChat } from './live.js';
import { renderChat } from './render.js';
import { width } from './wrap.js';

let server: BotApiServer;
let api: Api;
let ann: Person;

beforeEach(async () => {
  server = await startBotApi({ flood: 'off' });
  api = new Api(server.token, { apiRoot: server.url });
  ann = server.user({ id: 1, first_name: 'Ann' });
  ann.sendVoice(1, Buffer.alloc(30_000), { duration: 26 });
});
afterEach(() => server.close());

describe('a chat on the terminal', () => {
  it('has bubbles, buttons and the last version of an edited message', async () => {
    const { message_id } = await api.sendMessage(1, 'In the queue');
    await api.editMessageText(1, message_id, 'Speaker 1: good morning to everyone here\nSpeaker 2: hello', {
      reply_markup: new InlineKeyboard().text('SRT', 's').text('VTT', 'v').row().text('Delete', 'd'),
    });
    expect(renderChat(ann.chat, { columns: 48 }).join('\n')).toMatchInlineSnapshot(`
      "                 ╭ Ann ────────────────────────╮
                       │ ▶ voice message 0:26, 29 KB │
                       ╰─────────────────────────────╯
      ╭ Whisper · edited ──────────╮
      │ Speaker 1: good morning to │
      │ everyone here              │
      │ Speaker 2: hello           │
      ╰────────────────────────────╯
       [ SRT ] [ VTT ]
       [ Delete ]"
    `);
  });

  it('fits the columns, also with emoji and words without blanks', async () => {
    await api.sendMessage(1, `🎤🎤🎤 ${'я'.repeat(300)}`);
    for (const line of renderChat(ann.chat, { columns: 40 })) expect(width(line)).toBeLessThanOrEqual(40);
  });

  it('lets no text move the cursor', async () => {
    await api.sendMessage(1, 'a\u001b[2Jb');
    expect(renderChat(ann.chat).join('\n')).not.toContain('\u001b');
  });

  it('is redrawn in place on a terminal', async () => {
    const written: string[] = [];
    const stop = showChat(ann.chat, { isTTY: true, columns: 60, rows: 40, write: (text) => written.push(text) });
    await api.sendMessage(1, 'one');
    stop();
    expect(written[0]).not.toContain('\u001b');
    expect(written[1]?.startsWith('\u001b[3A\r\u001b[J')).toBe(true);
  });

  it('is a log elsewhere: each message and each edit once', async () => {
    const written: string[] = [];
    const stop = showChat(ann.chat, { write: (text) => written.push(text) });
    const { message_id } = await api.sendMessage(1, 'one');
    await api.editMessageText(1, message_id, 'two', { reply_markup: new InlineKeyboard().text('TXT', 't') });
    stop();
    expect(written).toEqual([
      'Ann: ▶ voice message 0:26, 29 KB\n',
      'Whisper: one\n',
      '(edited) Whisper: two\n  [ TXT ]\n',
    ]);
  });
});
