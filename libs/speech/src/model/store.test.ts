import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readShippedModels } from '@whisper-bot/task';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createModelStore } from './store.js';

let root: string;
const files = {
  downloaded: ['ggml-medium.bin', 'ggml-tiny-q5_1.bin', '.ggml-small.bin.part', 'stray.onnx'],
  shipped: ['ggml-base-q8_0.bin', 'ggml-medium.bin', 'silero_vad.onnx', 'pyannote-segmentation-3.0.onnx', 'README.md'],
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'whisper-bot-store-'));
  for (const [folder, names] of Object.entries(files)) {
    await mkdir(join(root, folder));
    for (const name of names) await writeFile(join(root, folder, name), 'weights');
  }
  await addRecognizer('gigaam', gigaam);
  await addRecognizer('.gigaam.part', gigaam);
  await addRecognizer('incomplete', { ...gigaam, files: { model: fileOf('model.onnx') } });
  await addRecognizer('outside', {
    ...gigaam,
    files: { model: fileOf('../ggml-medium.bin'), tokens: fileOf('tokens.txt') },
  });
});
/** A recognizer with one file of its family, which is as long as it says. */
const addRecognizer = async (name: string, manifest: object) => {
  const folder = join(root, 'downloaded', name);
  await mkdir(folder);
  for (const file of ['model.onnx', 'tokens.txt']) await writeFile(join(folder, file), 'weights');
  await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
};
const fileOf = (file: string) => ({ file, bytes: 7, sha256: '0'.repeat(64) });
const gigaam = {
  v: 1,
  family: 'nemo-ctc',
  languages: ['ru'],
  files: { model: fileOf('model.onnx'), tokens: fileOf('tokens.txt') },
};

afterAll(() => rm(root, { recursive: true, force: true }));

const store = () => createModelStore([join(root, 'downloaded'), join(root, 'shipped'), join(root, 'missing')]);

test('lists what can be named in a task, the downloaded ones first', async () => {
  const names = (await store().list()).map(({ name, kind }) => `${kind} ${name}`);
  expect(names).toEqual(['whisper medium', 'whisper tiny-q5_1', 'recognizer gigaam', 'whisper base-q8_0']);
});

test('a name finds its file, or a quantized one that stands in for it', async () => {
  expect(await store().whisperPath('medium')).toBe(join(root, 'downloaded/ggml-medium.bin'));
  expect(await store().whisperPath('base')).toBe(join(root, 'shipped/ggml-base-q8_0.bin'));
  expect(await store().whisperPath('base-q8_0')).toBe(join(root, 'shipped/ggml-base-q8_0.bin'));
});

test('an unknown name is answered with those that are there', async () => {
  await expect(store().whisperPath('small')).rejects.toThrow(
    'There is no model "small" here; installed: medium, tiny-q5_1, gigaam, base-q8_0.',
  );
  await expect(store().whisperPath('../../etc/passwd')).rejects.toThrow('There is no model');
});

test('a recognizer is found with its files; one whose files are not as they were added is damaged', async () => {
  const folder = join(root, 'downloaded/gigaam');
  expect(await store().find('gigaam')).toEqual({
    kind: 'recognizer',
    name: 'gigaam',
    family: 'nemo-ctc',
    languages: ['ru'],
    files: { model: join(folder, 'model.onnx'), tokens: join(folder, 'tokens.txt') },
  });
  expect(await store().find('base')).toMatchObject({
    kind: 'whisper',
    name: 'base',
    path: expect.stringMatching(/base-q8_0/),
  });
  await expect(store().find('incomplete')).rejects.toThrow('There is no model "incomplete" here');
  await expect(store().find('outside')).rejects.toThrow('There is no model "outside" here');
  await writeFile(join(folder, 'tokens.txt'), 'cut');
  await expect(store().find('gigaam')).rejects.toMatchObject({
    code: 'damaged-model',
    cause: expect.stringContaining('tokens.txt has 3 bytes instead of 7'),
  });
  await rm(join(folder, 'tokens.txt'));
  await expect(store().find('gigaam')).rejects.toMatchObject({
    cause: expect.stringContaining('tokens.txt is missing'),
  });
  expect(await store().has('gigaam')).toBe(true);
});

test('a file that only another user may read is named, with what to do about it', async () => {
  const path = join(root, 'downloaded/ggml-large-v3.bin');
  await writeFile(path, 'weights', { mode: 0o600 });
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    await chmod(root, 0o755);
    process.seteuid?.(65_534);
  } else await chmod(path, 0o000);
  try {
    const failure = await store()
      .whisperPath('large-v3')
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unknown-model', cause: expect.stringContaining(`chmod 644 ${path}`) });
  } finally {
    if (isRoot) process.seteuid?.(0);
    await rm(path, { force: true });
  }
});

test('who only names models may believe the list of the shipped ones', async () => {
  const listed = join(root, 'listed');
  await mkdir(listed);
  await writeFile(join(listed, 'shipped.json'), '{ "ggml-base-q8_0.bin": 7, "silero_vad.onnx": 1 }');
  const believing = createModelStore([join(root, 'missing'), listed], { trustList: true });
  expect(await believing.list()).toEqual([
    { name: 'base-q8_0', kind: 'whisper', path: join(listed, 'ggml-base-q8_0.bin'), bytes: 7 },
  ]);
  expect(await createModelStore([listed]).list()).toEqual([]);
});

test('the list of shipped models is that of the files', async () => {
  const models = fileURLToPath(new URL('../../../../models/', import.meta.url));
  const weights = (await readdir(models)).filter((name) => /\.(bin|onnx)$/.test(name));
  const sizes = await Promise.all(weights.map(async (name) => [name, (await stat(join(models, name))).size]));
  expect(await readShippedModels(models)).toEqual(Object.fromEntries(sizes));
});
