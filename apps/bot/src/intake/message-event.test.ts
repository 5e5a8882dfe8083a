import type { Update } from 'grammy/types';
import { expect, test } from 'vitest';
import { messageEvent } from './message-event.js';

const from = { id: 7, is_bot: false, first_name: 'Ann', language_code: 'ru-RU' };
const chat = { id: -5, type: 'supergroup', title: 'Secret' } as const;
const voice = { file_id: 'f', file_unique_id: 'u', duration: 12, file_size: 3000 };

test('a voice note in a group is counted without a word of it', () => {
  const update = { update_id: 1, message: { message_id: 1, date: 0, chat, from, voice, caption: 'hush' } } as Update;
  const event = messageEvent(update, 1000);
  expect(event).toEqual({
    at: 1000,
    channel: 'telegram',
    owner: 'tg:7',
    chat: '-5',
    chatKind: 'group',
    kind: 'voice',
    bytes: 3000,
    audioSeconds: 12,
    language: 'ru',
  });
});

test.each([
  ['command', { message: { message_id: 1, date: 0, chat, from, text: '/start' } }],
  ['text', { message: { message_id: 1, date: 0, chat, from, text: 'good morning' } }],
  ['other', { message: { message_id: 1, date: 0, chat, from, sticker: {} } }],
  ['callback', { callback_query: { id: '1', from, chat_instance: '', message: { message_id: 1, date: 0, chat } } }],
])('%s', (kind, update) => {
  expect(messageEvent({ update_id: 1, ...update } as Update, 0)?.kind).toBe(kind);
});

test('a membership is no message', () => {
  expect(messageEvent({ update_id: 1, my_chat_member: {} } as Update, 0)).toBeNull();
});
