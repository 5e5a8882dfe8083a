import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TaskError } from '@whisper-bot/task';
import { writeRecognizer } from '@whisper-bot/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importModel } from './import.js';
import { removeModel } from './remove.js';
import { createModelStore } from './store.js';

let home: string;
let folder: string;
let from: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'whisper-bot-import-'));
  folder = join(home, 'models');
  from = join(home, 'stick');
  await mkdir(from);
});
afterEach(() => rm(home, { recursive: true, force: true }));

const options = () => ({ from, folder, signal: new AbortController().signal, tryOut: async () => undefined });
const transducer = { kind: 'recognizer', name: 'mine', family: 'nemo-transducer', languages: ['ru'] } as const;
const ggml = Buffer.concat([Buffer.from('lmgg'), Buffer.alloc(100)]);

test('files on a stick become a model, the smaller ones where there are two kinds, and can be removed again', async () => {
  await writeRecognizer(from, 'nemo-transducer');
  for (const name of ['encoder.onnx', 'readme.md']) await writeFile(join(from, name), 'larger');
  const seen: number[] = [];
  await importModel(transducer, { ...options(), onProgress: (copied, total) => seen.push(copied / total) });
  const model = await createModelStore([folder]).find('mine');
  expect(model).toMatchObject({ kind: 'recognizer', languages: ['ru'] });
  expect(await readdir(join(folder, 'mine'))).toEqual([
    'decoder.int8.onnx',
    'encoder.int8.onnx',
    'joiner.int8.onnx',
    'model.json',
    'tokens.txt',
  ]);
  expect(seen.at(-1)).toBe(1);
  expect(await readdir(folder)).toEqual(['mine']);
  expect(await removeModel('mine', folder)).toMatchObject({ name: 'mine' });
  expect(await readdir(folder)).toEqual([]);
  await expect(removeModel('mine', folder)).rejects.toThrow('There is no model "mine"');
});

test('what is missing is named, and nothing is left', async () => {
  await writeRecognizer(from, 'nemo-ctc');
  await expect(importModel(transducer, options())).rejects.toThrow(
    `There is no encoder of a nemo-transducer model in ${from}.`,
  );
  await expect(importModel({ kind: 'whisper', name: 'large-v3' }, options())).rejects.toThrow(
    'There is no ggml-large-v3.bin in',
  );
  await expect(importModel(transducer, { ...options(), from: join(home, 'nowhere') })).rejects.toThrow('There is no ');
  expect(await readdir(folder)).toEqual([]);
});

test('what cannot be loaded is refused, and what had the name before stays', async () => {
  await writeRecognizer(from, 'nemo-transducer');
  await importModel(transducer, options());
  const before = await readFile(join(folder, 'mine/model.json'), 'utf8');
  const tryOut = async () => {
    throw new TaskError('damaged-model', 'The model "mine" is damaged.');
  };
  await expect(importModel(transducer, { ...options(), tryOut })).rejects.toThrow('damaged');
  expect(await readdir(folder)).toEqual(['mine']);
  expect(await readFile(join(folder, 'mine/model.json'), 'utf8')).toBe(before);
});

test('a Whisper model is one file, which has to be one', async () => {
  await writeFile(join(from, 'ggml-large-v3.bin'), ggml);
  await importModel({ kind: 'whisper', name: 'large-v3' }, options());
  expect(await createModelStore([folder]).list()).toMatchObject([{ name: 'large-v3', kind: 'whisper', bytes: 104 }]);
  await writeFile(join(from, 'ggml-medium.bin'), 'PK');
  await expect(importModel({ kind: 'whisper', name: 'medium' }, options())).rejects.toThrow(
    'ggml-medium.bin is no Whisper model for whisper.cpp (ggml).',
  );
  await importModel({ kind: 'whisper', name: 'small' }, { ...options(), from: join(from, 'ggml-large-v3.bin') });
  expect((await readdir(folder)).toSorted()).toEqual(['ggml-large-v3.bin', 'ggml-small.bin']);
});
