import { expect, test } from 'vitest';
import { createTurnQueue } from './queue.js';

test('one person’s hundred files do not delay another’s first', async () => {
  const queue = createTurnQueue(1);
  const order: string[] = [];
  let begin = () => {};
  queue.add({
    id: 'gate',
    owner: 'z',
    work: () =>
      new Promise((resolve) => {
        begin = resolve;
      }),
  });
  const done = new Promise<void>((resolve) => {
    const work = (name: string) => async () => {
      order.push(name);
      if (order.length === 102) resolve();
    };
    for (let index = 0; index < 100; index += 1) queue.add({ id: `a${index}`, owner: 'a', work: work(`a${index}`) });
    queue.add({ id: 'b0', owner: 'b', work: work('b0') });
    queue.add({ id: 'b1', owner: 'b', work: work('b1') });
    queue.add({ id: 'a5', owner: 'a', work: work('twice') });
  });
  begin();
  await done;
  expect(order.slice(0, 5)).toEqual(['a0', 'b0', 'a1', 'b1', 'a2']);
  expect(order).not.toContain('twice');
});

test('closing waits for what runs and starts nothing more', async () => {
  const queue = createTurnQueue(1);
  let end = () => {};
  let second = false;
  queue.add({
    id: '1',
    owner: 'a',
    work: () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  });
  queue.add({
    id: '2',
    owner: 'a',
    work: async () => {
      second = true;
    },
  });
  const closed = queue.close();
  end();
  await closed;
  expect(second).toBe(false);
});
