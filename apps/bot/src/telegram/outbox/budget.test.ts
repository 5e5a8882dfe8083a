import { beforeEach, expect, test } from 'vitest';
import { type Budget, createBudget } from './budget.js';

let clock = 0;
let budget: Budget;
const now = () => clock;

beforeEach(() => {
  clock = 1_000_000;
  budget = createBudget({ perSecond: 3, chatInterval: 1000, chatBurst: 2, groupPerMinute: 4 }, now);
});

const call = (chatId: number) => budget.start(chatId)(true);

test('a quiet chat takes a burst of two, then one a second', () => {
  expect(budget.readyAt(1)).toBeLessThanOrEqual(clock);
  call(1);
  expect(budget.readyAt(1)).toBeLessThanOrEqual(clock);
  call(1);
  expect(budget.readyAt(1)).toBe(clock + 1000);
  clock += 1000;
  call(1);
  expect(budget.readyAt(1)).toBe(clock + 1000);
});

test('what can wait leaves the burst alone', () => {
  call(1);
  expect(budget.idleAt(1)).toBe(clock + 1000);
  expect(budget.readyAt(1)).toBeLessThanOrEqual(clock);
});

test('one chat, one call at a time', () => {
  const end = budget.start(1);
  expect(budget.readyAt(1)).toBe(Number.POSITIVE_INFINITY);
  expect(budget.readyAt(2)).toBeLessThanOrEqual(clock);
  end(true);
  expect(budget.readyAt(1)).toBeLessThanOrEqual(clock);
});

test('all chats together stay below the limit of a second, calls on their way included', () => {
  call(1);
  clock += 400;
  call(2);
  const end = budget.start(3);
  expect(budget.overallAt()).toBe(1_001_000);
  clock += 700;
  expect(budget.overallAt()).toBeLessThanOrEqual(clock);
  end(true);
  budget.start(4);
  expect(budget.overallAt()).toBe(1_001_400);
});

test('a group takes so many a minute, however slowly they come', () => {
  for (let index = 0; index < 4; index += 1) {
    call(-7);
    clock += 5000;
  }
  expect(budget.readyAt(-7)).toBe(1_060_000);
  expect(budget.readyAt(7)).toBeLessThanOrEqual(clock);
});

test('a refused chat waits as long as Telegram asks, the others do not', () => {
  budget.block(1, clock + 9000);
  expect(budget.readyAt(1)).toBe(clock + 9000);
  expect(budget.readyAt(2)).toBeLessThanOrEqual(clock);
  budget.block(null, clock + 500);
  expect(budget.overallAt()).toBe(clock + 500);
});

test('a restarted bot goes on counting where it stopped', () => {
  budget.recall([
    { chatId: 1, at: clock - 10 },
    { chatId: 1, at: clock - 900 },
    { chatId: 2, at: clock - 20 },
  ]);
  expect(budget.overallAt()).toBe(clock - 900 + 1000);
  // Calls of which no more is known, edits, may have used up the burst.
  expect(budget.readyAt(1)).toBe(clock - 10 + 1000);
  expect(budget.readyAt(2)).toBe(clock - 20 + 1000);
  expect(budget.readyAt(3)).toBe(0);
});
