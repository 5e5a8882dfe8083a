import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentStates } from './document.js';
import {
  isAbandoned,
  isFinal,
  mayMove,
  openStates,
  rankOf,
  type TaskState,
  taskStates,
  transitions,
} from './transition.js';

test('the document is the table', async () => {
  await expect(documentStates()).toMatchFileSnapshot(join(import.meta.dirname, '../../../../docs/state-machine.md'));
});

test('a task is open until it is done, failed or cancelled', () => {
  expect(openStates).toEqual(['accepted', 'preparing', 'running', 'delivering']);
  expect(taskStates.filter(isFinal)).toEqual(['done', 'failed', 'cancelled']);
});

test('every state can be reached, and every open one be ended in each of three ways', () => {
  for (const state of taskStates) expect(transitions.some(({ to }) => to === state)).toBe(true);
  for (const state of openStates) {
    expect(mayMove('finish', state, 'done')).toBe(true);
    expect(mayMove('fail', state, 'failed')).toBe(true);
    expect(mayMove('cancel', state, 'cancelled')).toBe(true);
    expect(mayMove('reopen', state, 'accepted')).toBe(true);
  }
});

test('nothing leads out of a cancelled task but accepting it again, and only a retry out of a failed one', () => {
  const outOf = (from: TaskState) =>
    transitions.filter((each) => each.from.includes(from) && each.to !== from).map(({ event }) => event);
  expect(new Set(outOf('cancelled'))).toEqual(new Set(['reopen']));
  expect(new Set(outOf('done'))).toEqual(new Set(['reopen']));
  expect(new Set(outOf('failed'))).toEqual(new Set(['finish', 'resume', 'reopen']));
  expect(taskStates.filter(isAbandoned)).toEqual(['cancelled']);
});

test('a task never moves back but by a retry or a revision', () => {
  for (const { event, from, to } of transitions) {
    if (event === 'resume' || event === 'reopen') continue;
    for (const each of from) if (each !== to) expect(rankOf(to), `${each} → ${to}`).toBeGreaterThan(rankOf(each));
  }
  expect(new Set(taskStates.map(rankOf)).size).toBe(taskStates.length);
});
