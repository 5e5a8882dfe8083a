import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const { writeImportGraph } = createRequire(import.meta.url)('./import-graph.cjs');
const root = await mkdtemp(join(tmpdir(), 'import-graph-'));
afterAll(() => rm(root, { recursive: true }));

/** @param {Record<string, string>} files */
const write = async (files) => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
};

test('types count as imports, and a package of ours is read as its sources', async () => {
  await write({
    'apps/one/package.json': '{ "name": "@w/one", "exports": { ".": "./dist/main.js" } }',
    'apps/one/src/main.ts': [
      "import type { A } from './a.js';",
      "export { type B } from './b/b.js';",
      "import { two } from '@w/two/part';",
      "import express from 'express';",
      "export const x = async () => (await import('./c.js')).c satisfies A;",
      'express(two);',
    ].join('\n'),
    'libs/two/package.json': '{ "name": "@w/two", "exports": { "./part": "./dist/deep/part.js" } }',
    'libs/two/src/deep/part.ts': 'export const two = 2;',
  });
  writeImportGraph(root, '.cache/imports');
  const written = await readFile(join(root, '.cache/imports/apps/one/src/main.js'), 'utf8');
  expect(written.match(/'[^']+'/g)?.sort()).toEqual(
    ["'./a.js'", "'./b/b.js'", "'../../../libs/two/src/deep/part.js'", "'express'", "'./c.js'"].sort(),
  );
});

test('what is no longer there is forgotten', async () => {
  await write({ '.cache/imports/apps/gone/src/main.js': "import 'left';" });
  writeImportGraph(root, '.cache/imports');
  await expect(readFile(join(root, '.cache/imports/apps/gone/src/main.js'))).rejects.toThrow('ENOENT');
});
