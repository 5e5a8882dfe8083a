import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { artifacts } from './catalogue.js';

const repository = join(import.meta.dirname, '../../../..');

/** The product's sources: not tests, not what tests are made of. */
const sources = async (): Promise<string[]> => {
  const files: string[] = [];
  for (const group of ['apps', 'libs'])
    for (const name of await readdir(join(repository, group))) {
      const src = join(repository, group, name, 'src');
      const found = await readdir(src, { recursive: true }).catch(() => []);
      for (const file of found) files.push(join(src, file));
    }
  return files
    .map((file) => relative(repository, file))
    .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$|\/test\/|\/test-data\/|^libs\/testing\//.test(file));
};

/** A string or template that spells such a name: each part of it may be filled in. */
const spellings = (names: readonly string[]): RegExp => new RegExp(`['"\`/](?:${names.join('|')})['"\`]`);

/** `task.r*.json` as one would write it by hand. */
const pattern = (name: string): string =>
  name.replace(/[.]/g, '\\.').replace(/\b9\b|(?<=r)9/g, String.raw`(?:\$\{[^}]*\}|[\w-]+)`);

test('the name of each file of a task is spelled once in the product: in the catalogue', async () => {
  const {
    request,
    revisedRequest,
    source,
    channelAudio,
    language,
    diarization,
    recognition,
    revisedTranscript,
    ...rest
  } = artifacts;
  const names = [
    ...Object.values(rest).map(({ file }) => file()),
    request.file(),
    revisedRequest.file(9),
    source.file('9'),
    channelAudio.file(9),
    language.file('9'),
    diarization.file('9'),
    recognition.file(9, 9, '9'),
    revisedTranscript.file(9),
  ];
  const spelled = spellings(names.map(pattern));
  const files = await sources();
  expect(files.length).toBeGreaterThan(300);
  const found: string[] = [];
  for (const file of files) {
    if (file.startsWith('libs/task/src/artifact/')) continue;
    const lines = (await readFile(join(repository, file), 'utf8')).split('\n');
    // Prose may name them, and sources may be called like them.
    for (const [at, line] of lines.entries())
      if (!/^\s*(\*|\/\/|\/\*\*|import )/.test(line) && spelled.test(line))
        found.push(`${file}:${at + 1}: ${line.trim()}`);
  }
  expect(found).toEqual([]);
  for (const bad of [
    "'transcript.json'",
    '`transcript.r\u0024{revision}.json`',
    "'plan.json'",
    '`audio.\u0024{extension}`',
  ])
    expect(spelled.test(bad), bad).toBe(true);
});
