import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../lock.mjs';
import { build } from './build.mjs';
import { fingerprint } from './fingerprint.mjs';
import { neededFlags } from './processor.mjs';
import { createProgressLine } from './progress-line.mjs';
import { readBuilds, recordBuild } from './record.mjs';
import { programsOf, root, sourceIn, whisperEnginesOf } from './source.mjs';

/**
 * @typedef {object} EnsureOptions
 * @property {import('./source.mjs').WhisperTarget} [target] default native
 * @property {import('./source.mjs').Suite} [suite] default engines
 * @property {string} [cacheDir] default `.cache` in the repository
 * @property {(fraction: number) => void} [onProgress] 0–1 while compiling; default: a line on stderr
 * @property {AbortSignal} [signal] stops the compilers; nothing is left behind
 */

/** @param {string} [cacheDir] */
const homeOf = (cacheDir) => join(cacheDir ?? join(root, '.cache'), 'whisper.cpp');

/**
 * @param {string} folder
 * @param {import('./source.mjs').Suite} suite
 */
const isFinished = (folder, suite) => programsOf(suite).every((name) => existsSync(join(folder, name)));

/**
 * Whether the programs are there and recorded. Throws an Error where the sources are missing.
 *
 * @param {EnsureOptions} [options]
 */
export const isWhisperBuilt = ({ target = 'native', suite = 'engines', cacheDir } = {}) => {
  const home = homeOf(cacheDir);
  return readBuilds(home).some(
    (known) => known.target === target && known.suite === suite && isFinished(known.folder, suite),
  );
};

/**
 * Compiles the programs of a suite for the target unless they are there, records them in `current.json` (which libs/speech reads) and
 * returns their folder. Two processes that start at once compile once; a killed one leaves nothing that looks
 * finished. Throws an Error whose message holds the end of the compiler's output.
 *
 * @param {EnsureOptions} [options]
 * @returns {Promise<string>}
 */
export const ensureWhisper = async (options = {}) => {
  const { target = 'native', suite = 'engines', cacheDir, signal = new AbortController().signal } = options;
  const home = homeOf(cacheDir);
  const folder = join(home, fingerprint(target, suite));
  await mkdir(home, { recursive: true });
  // One compilation at a time: each takes all cores.
  await withLock(home, { onWait: () => {}, signal }, async () => {
    if (!isFinished(folder, suite)) {
      const onProgress = options.onProgress ?? createProgressLine(`${suite} (${target}):`);
      await compile({ target, suite, home, folder, signal, onProgress });
    }
    await recordBuild(home, {
      suite,
      target,
      folder,
      programs: programsOf(suite),
      whisperEngines: suite === 'kernels' ? [] : whisperEnginesOf(target, suite),
      release: sourceIn(suite === 'whisper-node' ? 'whisper-node' : 'nodejs-whisper').release,
      cpuFlags: suite === 'kernels' ? [] : neededFlags(target),
    });
  });
  return folder;
};

/**
 * @param {object} options
 * @param {import('./source.mjs').WhisperTarget} options.target
 * @param {import('./source.mjs').Suite} options.suite
 * @param {string} options.home where the folders of all builds are
 * @param {string} options.folder
 * @param {(fraction: number) => void} options.onProgress
 * @param {AbortSignal} options.signal
 */
const compile = async ({ target, suite, home, folder, onProgress, signal }) => {
  // Under the lock no one else builds here: these are of compilations that were killed.
  for (const name of await readdir(home))
    if (name.startsWith('building-')) await rm(join(home, name), { recursive: true, force: true });
  const work = await mkdtemp(join(home, 'building-'));
  try {
    const tree = join(work, 'tree');
    await build({ target, suite, dir: tree, log: join(home, `build-${suite}.log`), onProgress, signal });
    const finished = join(work, 'finished');
    await mkdir(finished);
    for (const name of programsOf(suite)) await copyFile(join(tree, name), join(finished, name));
    await rm(folder, { recursive: true, force: true });
    await rename(finished, folder).catch((error) => {
      if (!isFinished(folder, suite)) throw error;
    });
    onProgress(1);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};
