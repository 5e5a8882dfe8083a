import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
