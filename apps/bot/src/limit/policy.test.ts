import { expect, test } from 'vitest';
import { exclusion, limitSchema, limitsFor, refusal } from './policy.js';

const open = limitSchema.parse({});
const idle = { secondsToday: 0, open: 0 };
const rules = { ...open, largest: 20_000_000 };

test('without lists everyone may', () => {
  expect(exclusion({ userId: 1, chatId: 1 }, open)).toBeNull();
});

test('a block holds against an allowance, by user and by chat', () => {
  const limits = { ...open, allow: [1, -5], block: [1, -6] };
  expect(exclusion({ userId: 1, chatId: -5 }, limits)).toBe('blocked');
  expect(exclusion({ userId: 2, chatId: -6 }, limits)).toBe('blocked');
});

test('an allowed chat opens the bot to its members, an allowed user may everywhere', () => {
  const limits = { ...open, allow: [1, -5] };
  expect(exclusion({ userId: 2, chatId: -5 }, limits)).toBeNull();
  expect(exclusion({ userId: 1, chatId: -9 }, limits)).toBeNull();
  expect(exclusion({ userId: 2, chatId: -9 }, limits)).toBe('chat-not-allowed');
  expect(exclusion({ userId: 2, chatId: 2 }, limits)).toBe('not-allowed');
});

test('too big and too long are refused with the limit in hand, the limit itself is fine', () => {
  expect(refusal({ size: 20_000_001, duration: 5 }, idle, rules)).toEqual({ kind: 'too-big', limitBytes: 20_000_000 });
  expect(refusal({ size: 20_000_000, duration: 5 }, idle, rules)).toBeNull();
  const short = { ...rules, longestRecording: 60 };
  expect(refusal({ size: 1, duration: 61 }, idle, short)).toEqual({ kind: 'too-long', limitSeconds: 60 });
  expect(refusal({ size: 1, duration: 60 }, idle, short)).toBeNull();
});

test('minutes a day count this recording too', () => {
  const daily = { ...rules, minutesPerDay: 10 };
  expect(refusal({ size: 1, duration: 60 }, { secondsToday: 540, open: 0 }, daily)).toBeNull();
  expect(refusal({ size: 1, duration: 61 }, { secondsToday: 540, open: 0 }, daily)).toEqual({
    kind: 'minutes',
    limitSeconds: 600,
    usedSeconds: 540,
    neededSeconds: 61,
  });
  expect(refusal({ size: 1, duration: null }, { secondsToday: 599, open: 0 }, daily)).toBeNull();
  expect(refusal({ size: 1, duration: null }, { secondsToday: 600, open: 0 }, daily)?.kind).toBe('minutes');
});

test('one person may have other minutes than everybody', () => {
  const limits = { ...rules, ...limitsFor(7, { ...open, minutesPerDay: 10, minutesFor: { '7': 1, '8': 0 } }) };
  expect(refusal({ size: 1, duration: 61 }, idle, limits)).toMatchObject({ kind: 'minutes', limitSeconds: 60 });
  expect(limitsFor(9, { ...open, minutesPerDay: 10 }).minutesPerDay).toBe(10);
});

test('no more than so many at once', () => {
  const two = { ...rules, concurrentTasks: 2 };
  expect(refusal({ size: 1, duration: 1 }, { secondsToday: 0, open: 1 }, two)).toBeNull();
  expect(refusal({ size: 1, duration: 1 }, { secondsToday: 0, open: 2 }, two)).toEqual({ kind: 'concurrent', open: 2 });
});
