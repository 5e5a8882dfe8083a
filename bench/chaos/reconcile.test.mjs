import { expect, test } from 'vitest';
import { blame, judge } from './reconcile.mjs';

const entry = { number: 5, way: 'api', accepted: 1000, answers: [5000], failures: [] };
const done = { state: 'done', done: 1, doneAt: 5000, cause: null };
const context = { flushes: [], unknown: [] };
const verdictOf = (given, recorded, more = {}) =>
  judge({ ...entry, ...given }, recorded === null ? null : { ...done, ...recorded }, { ...context, ...more }).verdict;

test('one answer and one end is as it should be', () => {
  expect(verdictOf({}, {})).toBe('ok');
});

test('what was accepted and is not there, ended otherwise or was never answered is lost', () => {
  expect(verdictOf({ answers: [] }, null)).toBe('lost');
  expect(verdictOf({ answers: [] }, {})).toBe('lost');
  expect(verdictOf({ answers: [] }, { state: 'failed', done: 0 })).toBe('lost');
  expect(verdictOf({ answers: [] }, { state: 'cancelled', done: 0 })).toBe('lost');
});

test('two answers or two ends are doubled', () => {
  expect(verdictOf({ answers: [5000, 6000] }, {})).toBe('doubled');
  expect(verdictOf({}, { done: 2 })).toBe('doubled');
});

test('what has not ended is stuck, whether its sender knows of it or not', () => {
  expect(verdictOf({ answers: [] }, { state: 'running', done: 0 })).toBe('stuck');
  expect(verdictOf({ accepted: null, answers: [] }, { state: 'running', done: 0 })).toBe('stuck');
});

test('what was refused need not come', () => {
  expect(verdictOf({ accepted: null, answers: [] }, null)).toBe('not accepted');
});

test('a recording that the bot refused for lack of space was not accepted; one it only fell silent about is lost', () => {
  const failures = ['There is no space for more recordings just now.'];
  expect(verdictOf({ way: 'telegram', answers: [], failures }, null)).toBe('not accepted');
  expect(verdictOf({ way: 'telegram', answers: [], failures: ['⏳ Accepted'] }, null)).toBe('lost');
  expect(verdictOf({ way: 'api', answers: [], failures }, null)).toBe('lost');
});

test('emptying Redis excuses what only Redis knew, and nothing else', () => {
  const stream = { way: 'stream' };
  expect(verdictOf({ ...stream, answers: [] }, null, { unknown: [5] })).toBe('excused');
  expect(verdictOf({ ...stream, answers: [] }, null, { unknown: [6] })).toBe('lost');
  expect(verdictOf({ answers: [] }, null, { unknown: [5] })).toBe('lost');
  expect(verdictOf({ ...stream, answers: [5000, 9000] }, {}, { flushes: [6000] })).toBe('window');
  expect(verdictOf({ ...stream, answers: [5000, 9000] }, {}, { flushes: [10_000] })).toBe('doubled');
  expect(verdictOf({ answers: [5000, 9000] }, {}, { flushes: [6000] })).toBe('doubled');
});

test('a bad end is put down to the fault that met the task, else to the one before it', () => {
  const faults = [
    { name: 'first', began: 100, ended: 200 },
    { name: 'second', began: 300, ended: 400 },
    { name: 'third', began: 500, ended: 600 },
  ];
  expect(blame({ from: 350, to: 900 }, faults)?.name).toBe('second');
  expect(blame({ from: 410, to: 450 }, faults)?.name).toBe('second');
  expect(blame({ from: 0, to: 50 }, faults)).toBeNull();
});
