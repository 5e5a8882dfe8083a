import { GrammyError, HttpError } from 'grammy';
import { expect, test } from 'vitest';
import { backOff, judge } from './verdict.js';

const refused = (error_code: number, description: string, parameters = {}) =>
  new GrammyError('Call failed', { ok: false, error_code, description, parameters }, 'sendMessage', {});

test.each([
  [400, 'Bad Request: message is not modified: specified new message content …', { kind: 'done' }],
  [400, 'Bad Request: message to edit not found', { kind: 'gone' }],
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
