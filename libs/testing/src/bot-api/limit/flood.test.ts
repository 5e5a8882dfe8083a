import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../server/clock.js';
import { type BotApiServer, startBotApi } from '../server/start.js';

let server: BotApiServer;
const clock = manualClock();

beforeEach(async () => {
  server = await startBotApi({ clock });
});
afterEach(() => server.close());

interface Answer {
  ok: boolean;
  result?: { message_id: number };
  error_code?: number;
  description?: string;
  parameters?: { retry_after: number };
}

async function call(method: string, fields: object): Promise<Answer> {
  const response = await fetch(`${server.url}/bot${server.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  });
  return (await response.json()) as Answer;
}

const say = (chat_id: number, text = 'x') => call('sendMessage', { chat_id, text });

function person(id: number): number {
  const one = server.user({ id, first_name: `P${id}` });
  one.sendText(one.chat, 'hello');
  return id;
}

describe('flood control', () => {
  it('lets a short burst pass, then one message a second, edits included', async () => {
    const chat = person(1);
    const sent = await say(chat);
    await say(chat);
    const edit = { chat_id: chat, message_id: sent.result?.message_id };
    expect(await call('editMessageText', { ...edit, text: 'y' })).toMatchObject({ ok: true });
    expect(await say(chat)).toMatchObject({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    });
    expect(await call('editMessageText', { ...edit, text: 'z' })).toMatchObject({ error_code: 429 });
    expect(server.violations.count('chat-rate')).toBe(1);
    expect(server.violations.count('retry-after-ignored')).toBe(1);
    clock.advance(1000);
    expect(await say(chat)).toMatchObject({ ok: true });
    expect(server.violations.total).toBe(2);
  });

  it('counts neither chat actions nor answers to buttons', async () => {
    const chat = person(1);
    for (let i = 0; i < 10; i += 1) {
      expect(await call('sendChatAction', { chat_id: chat, action: 'typing' })).toMatchObject({ ok: true });
    }
    expect(server.violations.total).toBe(0);
  });

  it('lets 20 messages a minute into a group', async () => {
    const { id } = server.group({ title: 'Team' });
    for (let i = 0; i < 20; i += 1) {
      expect(await say(id)).toMatchObject({ ok: true });
      clock.advance(1000);
    }
    expect(await say(id)).toMatchObject({ error_code: 429, parameters: { retry_after: 40 } });
    expect(server.violations.count('group-rate')).toBe(1);
    clock.advance(40_000);
    expect(await say(id)).toMatchObject({ ok: true });
  });

  it('lets 30 messages a second out in all', async () => {
    const answers: Answer[] = [];
    for (let i = 1; i <= 31; i += 1) answers.push(await say(person(i)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(30);
    expect(server.violations.count('overall-rate')).toBe(1);
    clock.advance(1000);
    expect(await say(31)).toMatchObject({ ok: true });
  });

  it('refuses the answer to an old button', async () => {
    const chat = person(1);
    const reply_markup = { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] };
    await call('sendMessage', { chat_id: chat, text: 'x', reply_markup });
    const press = server.user({ id: 1, first_name: '' }).press(chat, 'Go');
    clock.advance(16_000);
    expect(await call('answerCallbackQuery', { callback_query_id: press.id })).toMatchObject({ error_code: 400 });
    expect(server.violations.count('old-callback')).toBe(1);
  });

  it('only reports when asked to', async () => {
    await server.close();
    server = await startBotApi({ clock, flood: 'count' });
    const chat = person(1);
    for (let i = 0; i < 5; i += 1) expect(await say(chat)).toMatchObject({ ok: true });
    expect(server.violations.count('chat-rate')).toBe(2);
  });
});
