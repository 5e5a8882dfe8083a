import { randomUUID } from 'node:crypto';
import { mkdir, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTaskFolder, taskIdSchema } from '@whisper-bot/task';
import { temporaryDirectory } from '@whisper-bot/testing';
import { expect, test } from 'vitest';
import { adoptLocal } from './local.js';

const setUp = async (path: string) => {
  const localDir = join(path, 'server');
  await mkdir(join(localDir, 'voice'), { recursive: true });
  const folder = await createTaskFolder(join(path, 'tasks'), taskIdSchema.parse(randomUUID()));
  return { localDir, folder, name: 'audio.ogg', largest: 2e9 };
};

test('a file of 1.9 GB is linked, not copied', async () => {
  await using directory = await temporaryDirectory();
  const given = await setUp(directory.path);
  const source = join(given.localDir, 'voice/file_0.oga');
  await writeFile(source, 'begin');
  await truncate(source, 1.9e9);
  await adoptLocal({ ...given, path: source });
  const [one, other] = [await stat(source), await stat(given.folder.file('audio.ogg'))];
  expect(other.ino).toBe(one.ino);
  expect(other.size).toBe(1.9e9);
  await expect(adoptLocal({ ...given, path: source, largest: 1e9 })).rejects.toMatchObject({ code: 'too-big' });
});

test('nothing outside the server’s directory is taken: not by a path, not by `..`, not by a link', async () => {
  await using directory = await temporaryDirectory();
  const given = await setUp(directory.path);
  const outside = join(directory.path, 'secret.txt');
  await writeFile(outside, 'secret');
  await symlink(outside, join(given.localDir, 'voice/link.oga'));
  for (const path of [
    outside,
    '/etc/passwd',
    '../secret.txt',
    join(given.localDir, 'voice/link.oga'),
    given.localDir,
  ]) {
    await expect(adoptLocal({ ...given, path }), path).rejects.toMatchObject({ code: 'path-outside' });
  }
  await expect(adoptLocal({ ...given, path: 'voice/gone.oga' })).rejects.toMatchObject({ code: 'file-expired' });
  expect(await given.folder.list()).toEqual([]);
});
