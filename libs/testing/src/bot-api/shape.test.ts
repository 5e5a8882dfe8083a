import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  ApiMethods,
  CallbackQuery,
  ChatFullInfo,
  ChatMemberAdministrator,
  ChatMemberUpdated,
  Document,
  File,
  Message,
  UserFromGetMe,
  Voice,
  WebhookInfo,
} from 'grammy/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotApiServer, startBotApi } from './server/start.js';

type Kind = 'string' | 'number' | 'boolean' | 'object';
type Required<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];
/** Every field grammY's type requires, with its kind: a field missing here does not compile, one missing in the answer fails. */
type Shape<T> = { [K in Required<T>]: Kind };

const me = {
  id: 'number',
  is_bot: 'boolean',
  first_name: 'string',
  username: 'string',
  can_join_groups: 'boolean',
  can_read_all_group_messages: 'boolean',
  supports_inline_queries: 'boolean',
  can_connect_to_business: 'boolean',
  has_main_web_app: 'boolean',
  has_topics_enabled: 'boolean',
  allows_users_to_create_topics: 'boolean',
  can_manage_bots: 'boolean',
  supports_join_request_queries: 'boolean',
} satisfies Shape<UserFromGetMe>;
const text = {
  message_id: 'number',
  date: 'number',
  chat: 'object',
  text: 'string',
} satisfies Shape<Message.TextMessage>;
const edited = { ...text, edit_date: 'number' } satisfies Shape<
  Exclude<Edited<'editMessageText'>, true> & Message.TextMessage
>;
const documentMessage = {
  message_id: 'number',
  date: 'number',
  chat: 'object',
  document: 'object',
} satisfies Shape<Message.DocumentMessage>;
const document = { file_id: 'string', file_unique_id: 'string' } satisfies Shape<Document>;
const voice = { file_id: 'string', file_unique_id: 'string', duration: 'number' } satisfies Shape<Voice>;
const file = { file_id: 'string', file_unique_id: 'string' } satisfies Shape<File>;
const webhook = {
  has_custom_certificate: 'boolean',
  pending_update_count: 'number',
} satisfies Shape<WebhookInfo>;
const query = { id: 'string', from: 'object', chat_instance: 'string' } satisfies Shape<CallbackQuery>;
const membership = {
  chat: 'object',
  from: 'object',
  date: 'number',
  old_chat_member: 'object',
  new_chat_member: 'object',
} satisfies Shape<ChatMemberUpdated>;
const chat = {
  id: 'number',
  type: 'string',
  accent_color_id: 'number',
  max_reaction_count: 'number',
  accepted_gift_types: 'object',
} satisfies Partial<Record<Required<ChatFullInfo>, Kind>>;

type Edited<M extends keyof ApiMethods> = Awaited<ReturnType<ApiMethods[M]>>;

let server: BotApiServer;
beforeEach(async () => {
  server = await startBotApi({ flood: 'off', webhookRetryMs: 1 });
  server.user({ id: 1, first_name: 'Ann' }).sendText(1, 'hello');
});
afterEach(() => server.close());

async function call<T>(method: string, body: FormData | object = {}): Promise<T> {
  const form = body instanceof FormData;
  const response = await fetch(`${server.url}/bot${server.token}/${method}`, {
    method: 'POST',
    ...(!form && { headers: { 'content-type': 'application/json' } }),
    body: form ? body : JSON.stringify(body),
  });
  const answer = (await response.json()) as { ok: boolean; result: T };
  expect(answer).toMatchObject({ ok: true });
  return answer.result;
}

function kinds(value: object, shape: Record<string, Kind>): Record<string, string> {
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(Object.keys(shape).map((key) => [key, typeof fields[key]]));
}

describe('answers have every field grammY’s types require', () => {
  it('of the bot, messages, files and the webhook', async () => {
    expect(kinds(await call('getMe'), me)).toEqual(me);
    const sent = await call<Message.TextMessage>('sendMessage', { chat_id: 1, text: 'x' });
    expect(kinds(sent, text)).toEqual(text);
    const changed = await call<object>('editMessageText', { chat_id: 1, message_id: sent.message_id, text: 'y' });
    expect(kinds(changed, edited)).toEqual(edited);
    const form = new FormData();
    form.set('chat_id', '1');
    form.set('document', new Blob(['x']), 'x.txt');
    const upload = await call<Message.DocumentMessage>('sendDocument', form);
    expect(kinds(upload, documentMessage)).toEqual(documentMessage);
    expect(kinds(upload.document, document)).toEqual(document);
    expect(kinds(await call('getFile', { file_id: upload.document.file_id }), file)).toEqual(file);
    expect(kinds(await call('getWebhookInfo'), webhook)).toEqual(webhook);
  });

  it('of chats, members and updates', async () => {
    const ann = server.user({ id: 1, first_name: 'Ann' });
    const group = server.group({ title: 'Team', owner: ann, bot: 'administrator' });
    expect(kinds(await call('getChat', { chat_id: group.id }), chat)).toEqual(chat);
    const own = await call<ChatMemberAdministrator>('getChatMember', { chat_id: group.id, user_id: server.bot.id });
    const administrator = {
      status: 'string',
      user: 'object',
      can_be_edited: 'boolean',
      is_anonymous: 'boolean',
      can_manage_chat: 'boolean',
      can_delete_messages: 'boolean',
      can_manage_video_chats: 'boolean',
      can_restrict_members: 'boolean',
      can_promote_members: 'boolean',
      can_change_info: 'boolean',
      can_invite_users: 'boolean',
      can_post_stories: 'boolean',
      can_edit_stories: 'boolean',
      can_delete_stories: 'boolean',
      can_send_welcome_messages: 'boolean',
    } satisfies Shape<ChatMemberAdministrator>;
    expect(kinds(own, administrator)).toEqual(administrator);
    const { message_id } = await call<Message>('sendMessage', { chat_id: 1, text: 'x' });
    ann.forge(1, 'data', { message_id });
    const spoken = ann.sendVoice(1, Buffer.from('x'));
    expect(kinds(spoken.voice ?? {}, voice)).toEqual(voice);
    const updates = server.updates.pending();
    expect(kinds(updates.find((one) => one.my_chat_member)?.my_chat_member ?? {}, membership)).toEqual(membership);
    expect(kinds(updates.find((one) => one.callback_query)?.callback_query ?? {}, query)).toEqual(query);
  });
});

it('performs the method a webhook answers with', async () => {
  const receiver = createServer((_, response) => {
    response.end(JSON.stringify({ method: 'sendMessage', chat_id: 1, text: 'by return' }));
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  await call('setWebhook', { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}` });
  expect(await server.chat(1).until((view) => view.last?.text)).toBe('by return');
  receiver.close();
});

it('delivers slowly and late when configured so, but whole', async () => {
  const { voice: sent } = server.user({ id: 1, first_name: 'Ann' }).sendVoice(1, Buffer.alloc(300, 7));
  const { file_path } = await call<File>('getFile', { file_id: sent?.file_id });
  server.faults.next('download', { kind: 'slow-download', bytesPerSecond: 2000 });
  server.faults.next('download', { kind: 'delay', ms: 5 });
  for (let i = 0; i < 2; i += 1) {
    const response = await fetch(`${server.url}/file/bot${server.token}/${file_path}`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.alloc(300, 7));
  }
  expect(server.faults.struck).toBe(2);
});

it('refuses uploads over 50 MB', async () => {
  const form = new FormData();
  form.set('chat_id', '1');
  form.set('document', new Blob([Buffer.alloc(52 * 1024 * 1024)]), 'big.bin');
  const response = await fetch(`${server.url}/bot${server.token}/sendDocument`, { method: 'POST', body: form });
  expect(await response.json()).toEqual({ ok: false, error_code: 413, description: 'Request Entity Too Large' });
  expect(server.violations.count('file-size')).toBe(1);
});
