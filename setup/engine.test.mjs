import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testEngines } from './engine.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const fixture = join(root, 'libs/speech/fixture/detect-child.mjs');
/** What was compiled and tested here, as `./whisper-bot test` does before the tests. */
const real = join(resolve(root, process.env.WHISPER_BOT_CACHE || '.cache'), 'whisper.cpp');

/** @type {string} */
let cache;
/** @type {object[]} */
let builds;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'whisper-bot-engines-'));
  await mkdir(join(cache, 'whisper.cpp'));
  /** @type {{ verdicts: { crashed: boolean }[] }} */
  const known = JSON.parse(await readFile(join(real, 'engines.json'), 'utf8'));
  // An engine that died at work here is another matter.
  known.verdicts = known.verdicts.filter(({ crashed }) => !crashed);
  await writeFile(join(cache, 'whisper.cpp/engines.json'), JSON.stringify(known));
  /** @type {{ builds: { suite: string, target: string, programs: string[] }[] }} */
  const compiled = JSON.parse(await readFile(join(real, 'current.json'), 'utf8'));
  builds = compiled.builds
    .filter(({ suite, target }) => suite === 'engines' && target === 'native')
    .map((build) => ({ ...build, programs: build.programs.filter((name) => name !== 'detect-child') }));
});
afterEach(() => rm(cache, { recursive: true }));

/** Adds a build whose detector behaves like this. @param {string} target @param {string} behaviour */
const install = async (target, behaviour) => {
  const folder = join(cache, target);
  await mkdir(folder);
  const program = `#!/bin/sh\nexec "${process.execPath}" "${fixture}" ${behaviour} "$@"\n`;
  await writeFile(join(folder, 'detect-child'), program, { mode: 0o755 });
  const rest = { programs: ['detect-child'], whisperEngines: [], release: '0', cpuFlags: [] };
  builds.push({ suite: 'engines', target, folder, ...rest });
  await writeFile(join(cache, 'whisper.cpp/current.json'), JSON.stringify({ v: 4, builds }));
};

/** What is said and compiled, where each compilation gives a detector that behaves like this. @param {Record<string, string>} outcomes */
const setUpWith = async (outcomes) => {
  /** @type {string[]} */
  const said = [];
  /** @type {string[]} */
  const compiled = [];
  await testEngines({
    root,
    cache,
    env: {},
    signal: new AbortController().signal,
    say: (text) => void said.push(text),
    onProgress: () => undefined,
    compile: async ({ target = 'native', suite = 'engines' } = {}) => {
      compiled.push(`${suite} ${target}`);
      await install(target, outcomes[target] ?? 'crash');
      return join(cache, target);
    },
  });
  return { said, compiled };
};

test('an engine that dies of an illegal instruction is compiled for fewer, and it is said', async () => {
  await install('native', 'crash');
  const { said, compiled } = await setUpWith({ avx2: 'well', baseline: 'well' });
  expect(compiled.slice(0, 1)).toEqual([process.arch === 'x64' ? 'engines avx2' : 'engines baseline']);
  expect(compiled).toHaveLength(1);
  expect(said).toEqual([
    expect.stringMatching(/^detector native does not work here \(native build: .*SIGILL.*\); compiling it for \w+ …$/),
  ]);
});

test.runIf(process.arch === 'x64')('where that dies as well, for what every processor of the family has', async () => {
  await install('native', 'crash');
  const { compiled } = await setUpWith({ avx2: 'crash', baseline: 'well' });
  expect(compiled).toEqual(['engines avx2', 'engines baseline']);
});

test('where all work nothing is compiled', async () => {
  await install('native', 'well');
  expect(await setUpWith({})).toEqual({ said: [], compiled: [] });
});
