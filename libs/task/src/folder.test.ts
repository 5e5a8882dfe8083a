import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { latestRevision, readTask, taskFile } from './artifact/request.js';
import { createTaskFolder, sweepTemporary, type TaskFolder, taskFolder } from './folder.js';
import { type TaskId, taskSchema } from './task.js';

let tasksDir: string;
let folder: TaskFolder;
beforeEach(async () => {
  tasksDir = await mkdtemp(join(tmpdir(), 'whisper-bot-folder-'));
  folder = await createTaskFolder(tasksDir, randomUUID() as TaskId);
});
afterEach(() => rm(tasksDir, { recursive: true, force: true }));

const schema = z.object({ n: z.number() });

test('an artifact is there whole or not at all, and nothing half-written stays', async () => {
  await folder.write('speech.json', { n: 1 }, true);
  expect(await folder.read('speech.json', schema)).toEqual({ n: 1 });
  expect(await readdir(folder.path)).toEqual(['speech.json']);
});

test('a damaged artifact, one of another shape and a missing one are all not there', async () => {
  await writeFile(folder.file('cut.json'), '{"n":');
  await writeFile(folder.file('other.json'), '{"m":1}');
  for (const name of ['cut.json', 'other.json', 'none.json']) expect(await folder.read(name, schema)).toBeNull();
});

test.each(['../task.json', '/etc/passwd', 'a/b', '.hidden', 'a\nb', '', 'ä.json', `${'x'.repeat(200)}`])(
  'no path is made of %j',
  (name) => {
    expect(() => folder.file(name)).toThrow(expect.objectContaining({ code: 'path-outside' }));
  },
);

test('nothing but a task id names a folder', () => {
  expect(() => taskFolder(tasksDir, '../../etc' as TaskId)).toThrow();
});

test('links are refused, whether they stand for the source, an artifact or the folder', async () => {
  const secret = join(tasksDir, 'secret');
  await writeFile(secret, '{"n":7}');
  await symlink(secret, folder.file('audio.ogg'));
  await symlink(secret, folder.file('speech.json'));
  await expect(folder.source('audio.ogg')).rejects.toMatchObject({ code: 'path-outside' });
  expect(await folder.read('speech.json', schema)).toBeNull();
  expect(await folder.has('speech.json')).toBe(false);

  const linked = taskFolder(tasksDir, randomUUID() as TaskId);
  await writeFile(folder.file('audio.mp3'), 'sound');
  await symlink(folder.path, linked.path);
  await expect(linked.source('audio.mp3')).rejects.toMatchObject({ code: 'path-outside' });
});

test('an empty source and a missing one are different errors', async () => {
  await writeFile(folder.file('audio.ogg'), '');
  await expect(folder.source('audio.ogg')).rejects.toMatchObject({ code: 'empty-file' });
  await expect(folder.source('audio.mp3')).rejects.toMatchObject({ code: 'no-such-file' });
});

test('writing over an artifact replaces it without touching what a reader holds', async () => {
  await folder.write('transcript.json', { n: 1 });
  await folder.write('transcript.json', { n: 2 });
  expect(JSON.parse(await readFile(folder.file('transcript.json'), 'utf8'))).toEqual({ n: 2 });
});

test('the latest revision is the highest that was written down', async () => {
  const task = taskSchema.parse({
    v: 1,
    id: folder.id,
    channel: 'folder',
    source: 'audio.ogg',
    title: '"; rm -rf / #\n../../x',
    owner: 'local',
    options: {},
    acceptedAt: new Date().toISOString(),
  });
  expect(await latestRevision(folder)).toBe(0);
  for (const revision of [1, 2, 11]) await folder.write(taskFile(revision), task);
  expect(await latestRevision(folder)).toBe(11);
  expect(await readTask(folder, 2)).toEqual(task);
  await expect(readTask(folder, 3)).rejects.toMatchObject({ code: 'file-expired' });
});

test('half-written files are swept once they are old', async () => {
  const old = folder.temporary('audio.wav');
  const young = folder.temporary('audio.wav');
  await Promise.all([writeFile(old, 'x'), writeFile(young, 'x')]);
  await utimes(old, 0, 0);
  expect(await folder.list()).toEqual([]);
  expect(await sweepTemporary(folder, 1000)).toBe(1);
  expect(await readdir(folder.path)).toEqual([young.slice(folder.path.length + 1)]);
});

test('a source is written to the disk before it is accepted; what is missing or a link is not', async () => {
  await writeFile(folder.file('audio.ogg'), 'sound');
  await folder.persist('audio.ogg');
  await symlink('/etc/passwd', folder.file('audio.mp3'));
  for (const name of ['audio.mp3', 'audio.wav', '../audio.ogg']) await expect(folder.persist(name)).rejects.toThrow();
});
