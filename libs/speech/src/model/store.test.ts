import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readShippedModels } from '@whisper-bot/task';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createModelStore } from './store.js';

let root: string;
const files = {
  downloaded: ['ggml-medium.bin', 'ggml-tiny-q5_1.bin', '.ggml-small.bin.part', 'nemo_en_titanet_small.onnx'],
  shipped: ['ggml-base-q8_0.bin', 'ggml-medium.bin', 'silero_vad.onnx', 'pyannote-segmentation-3.0.onnx', 'README.md'],
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'whisper-bot-store-'));
  for (const [folder, names] of Object.entries(files)) {
    await mkdir(join(root, folder));
    for (const name of names) await writeFile(join(root, folder, name), 'weights');
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

const store = () => createModelStore([join(root, 'downloaded'), join(root, 'shipped'), join(root, 'missing')]);

test('lists what can be named in a task, the downloaded ones first', async () => {
  const names = (await store().list()).map(({ name, kind }) => `${kind} ${name}`);
  expect(names).toEqual(['whisper medium', 'whisper tiny-q5_1', 'speaker nemo_en_titanet_small', 'whisper base-q8_0']);
});

test('a name finds its file, or a quantized one that stands in for it', async () => {
  expect(await store().whisperPath('medium')).toBe(join(root, 'downloaded/ggml-medium.bin'));
  expect(await store().whisperPath('base')).toBe(join(root, 'shipped/ggml-base-q8_0.bin'));
  expect(await store().whisperPath('base-q8_0')).toBe(join(root, 'shipped/ggml-base-q8_0.bin'));
});

test('an unknown name is answered with those that are there', async () => {
  await expect(store().whisperPath('small')).rejects.toThrow(
    'There is no model "small" here; installed: medium, tiny-q5_1, base-q8_0.',
  );
  await expect(store().whisperPath('../../etc/passwd')).rejects.toThrow('There is no model');
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
