import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { withLock } from './lock.mjs';

const never = new AbortController().signal;
/** @param {string} name of a lock that the process takes and keeps until it is killed */
const startHolder = async (name) => {
  const script = `
    const { withLock } = await import(${JSON.stringify(new URL('./lock.mjs', import.meta.url).href)});
    const signal = new AbortController().signal;
    await withLock(${JSON.stringify(name)}, { onWait() {}, signal }, () => {
      console.log('held');
      return new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
};

test('two take turns', async () => {
  const name = randomUUID();
  /** @type {string[]} */
  const order = [];
  const work = (/** @type {string} */ who) => () =>
    withLock(name, { onWait: () => order.push(`${who} waits`), signal: never }, async () => {
      order.push(`${who} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${who} ends`);
    });
  await Promise.all([work('a')(), work('b')()]);
  expect(order.filter((line) => !line.endsWith('waits'))).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('a killed owner leaves nothing that would have to be cleaned up', async () => {
  const name = randomUUID();
  const holder = await startHolder(name);
  let waited = false;
  const onWait = () => {
    waited = true;
    holder.kill('SIGKILL');
  };
  expect(await withLock(name, { onWait, signal: never }, async () => 'mine')).toBe('mine');
  expect(waited).toBe(true);
});

test('waiting can be given up', async () => {
  const name = randomUUID();
  const holder = await startHolder(name);
  const stop = new AbortController();
  const onWait = () => stop.abort(new Error('enough'));
  await expect(withLock(name, { onWait, signal: stop.signal }, async () => {})).rejects.toThrow('enough');
  holder.kill('SIGKILL');
});
