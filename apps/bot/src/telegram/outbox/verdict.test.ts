import { GrammyError, HttpError } from 'grammy';
import { expect, test } from 'vitest';
import { backOff, judge } from './verdict.js';

const refused = (error_code: number, description: string, parameters = {}) =>
  new GrammyError('Call failed', { ok: false, error_code, description, parameters }, 'sendMessage', {});

test.each([
  [400, 'Bad Request: message is not modified: specified new message content …', { kind: 'done' }],
  [400, 'Bad Request: message to edit not found', { kind: 'gone', remains: false }],
  [400, 'Bad Request: MESSAGE_ID_INVALID', { kind: 'gone', remains: false }],
  [400, "Bad Request: message can't be edited", { kind: 'gone', remains: true }],
  [400, 'Bad Request: message to be replied not found', { kind: 'reply-gone' }],
  [400, 'Bad Request: TOPIC_CLOSED', { kind: 'topic-closed' }],
  [400, 'Bad Request: TOPIC_DELETED', { kind: 'topic-closed' }],
  [400, 'Bad Request: message thread not found', { kind: 'topic-closed' }],
  [400, 'Bad Request: not enough rights to send documents to the chat', { kind: 'forbidden' }],
  [403, 'Forbidden: CHAT_SEND_PLAIN_FORBIDDEN', { kind: 'forbidden' }],
  [400, 'Bad Request: have no rights to send a message', { kind: 'chat-gone' }],
  [400, 'Bad Request: need administrator rights in the channel chat', { kind: 'chat-gone' }],
  [403, 'Forbidden: the group chat was deleted', { kind: 'chat-gone' }],
  [400, 'Bad Request: SLOWMODE_WAIT_12', { kind: 'wait', milliseconds: 12_000 }],
  [400, 'Bad Request: message is too long', { kind: 'refused' }],
  [400, 'Bad Request: something Telegram never said before', { kind: 'refused' }],
  [403, 'Forbidden: bot was blocked by the user', { kind: 'chat-gone' }],
  [400, 'Bad Request: chat not found', { kind: 'chat-gone' }],
  [400, "Bad Request: can't parse entities: …", { kind: 'refused' }],
  [502, 'Bad Gateway', { kind: 'again' }],
  [409, 'Conflict: terminated by other getUpdates request', { kind: 'stop' }],
  [401, 'Unauthorized', { kind: 'stop' }],
])('%i "%s"', (code, description, verdict) => {
  expect(judge(refused(code, description))).toMatchObject(verdict);
});

test('too fast waits as long as Telegram says', () => {
  expect(judge(refused(429, 'Too Many Requests', { retry_after: 7 }))).toEqual({ kind: 'wait', milliseconds: 7000 });
});

test('a group that became a supergroup has moved', () => {
  const error = refused(400, 'Bad Request: group chat was upgraded', { migrate_to_chat_id: -1007 });
  expect(judge(error)).toEqual({ kind: 'moved', chatId: -1007 });
});

test('a broken connection is tried again', () => {
  expect(judge(new HttpError('Network request failed', new Error('socket hang up')))).toEqual({
    kind: 'again',
    cause: 'socket hang up',
  });
});

test('waits grow, are never twice the same, and end at half a minute', () => {
  expect(backOff(1, () => 0)).toBe(250);
  expect(backOff(1, () => 1)).toBe(500);
  expect(backOff(3, () => 1)).toBe(2000);
  expect(backOff(20, () => 1)).toBe(30_000);
});
