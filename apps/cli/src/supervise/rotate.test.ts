import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryDirectory, temporaryDirectory, until } from '@whisper-bot/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rotateLogs } from './rotate.js';

let directory: TemporaryDirectory;
let stop: () => void = () => {};
beforeEach(async () => {
  directory = await temporaryDirectory('rotate');
});
afterEach(async () => {
  stop();
  await directory.remove();
});

test('the log of a process that writes on and on stays small, and so do those kept beside it', async () => {
  const path = join(directory.path, 'worker.log');
  const file = openSync(path, 'a', 0o600);
  // As the supervisor starts a part: the process writes into the open file.
  const writer = spawn(
    process.execPath,
    ['-e', `setInterval(() => process.stdout.write('${'line '.repeat(200)}\\n'.repeat(20)), 5)`],
    { stdio: ['ignore', file, file] },
  );
  stop = rotateLogs(directory.path, { largest: 50_000, kept: 3, interval: 20 });
  await until(async () => (await readdir(directory.path)).includes('worker.log.3'));
  // Between two steps of a rotation the newest of the kept files is missing.
  const newest = async (): Promise<number> => (await stat(`${path}.1`).catch(() => null))?.mtimeMs ?? 0;
  const first = await newest();
  await until(async () => (await newest()) > first);
  const ended = once(writer, 'close');
  writer.kill('SIGKILL');
  await ended;
  // A rotation under way when the writer ends has moved some of the files only.
  const names = ['worker.log', 'worker.log.1', 'worker.log.2', 'worker.log.3'];
  await until(async () => (await readdir(directory.path)).sort().join() === names.join());
  // What is written after a file was emptied begins at its start, without a hole.
  expect((await readFile(`${path}.1`)).includes(0)).toBe(false);
});

test('a quiet log is rotated by age, and what is old goes; other files are left alone', async () => {
  await writeFile(join(directory.path, 'bot.log'), 'a line\n');
  await writeFile(join(directory.path, 'bot.log.4'), 'long ago\n');
  await writeFile(join(directory.path, 'postgres-Mon.log'), 'its own\n');
  await writeFile(join(directory.path, 'notes.txt'), 'not ours\n');
  await utimes(join(directory.path, 'bot.log.4'), 0, 0);
  stop = rotateLogs(directory.path, { oldest: 30, interval: 20 });
  await until(async () => (await readdir(directory.path)).join() === 'bot.log,bot.log.1,notes.txt,postgres-Mon.log');
  expect(await readFile(join(directory.path, 'bot.log.1'), 'utf8')).toBe('a line\n');
});
