import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TemporaryDirectory, temporaryDirectory } from '@whisper-bot/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdHome, isHomeHeld } from './home-lock.js';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory('home-lock');
});
afterEach(() => directory.remove());

const lockOf = async () =>
  JSON.parse(await readFile(join(directory.path, 'run', 'lock.json'), 'utf8')) as { name: string };

test('a home is held by one, also where several start at once, and again by the next', async () => {
  expect(await isHomeHeld(directory.path)).toBe(false);
  const held = await Promise.all(Array.from({ length: 5 }, () => holdHome(directory.path)));
  expect(held.filter((each) => each !== null)).toHaveLength(1);
  expect(await isHomeHeld(directory.path)).toBe(true);
  expect((await stat(join(directory.path, 'run', 'lock.json'))).mode & 0o777).toBe(0o600);
  for (const each of held) each?.release();
  expect(await isHomeHeld(directory.path)).toBe(false);
  (await holdHome(directory.path))?.release();
});

/** Milliseconds: no one answers within it, however long it is. */
const patience = 200;

test('a stranger who takes the name neither keeps the home nor looks like its holder', async () => {
  (await holdHome(directory.path))?.release();
  for (const behave of ['silent', 'talkative'] as const) {
    const { name } = await lockOf();
    const squatter = createServer((visitor) => {
      visitor.on('error', () => undefined);
      if (behave === 'talkative') visitor.end('f'.repeat(64));
    }).listen(`\0whisper-bot-up-${name}`);
    await once(squatter, 'listening');
    expect(await isHomeHeld(directory.path, { patience })).toBe(false);
    const lock = await holdHome(directory.path, { patience });
    expect(lock).not.toBeNull();
    expect((await lockOf()).name).not.toBe(name);
    expect(await isHomeHeld(directory.path)).toBe(true);
    lock?.release();
    squatter.close();
  }
});
