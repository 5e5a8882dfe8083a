import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../lock.mjs';
import { build } from './build.mjs';
import { fingerprint, neededFlags } from './fingerprint.mjs';
import { createProgressLine } from './progress-line.mjs';
import { programs, root, whisperRelease } from './source.mjs';

/**
 * @typedef {object} EnsureOptions
 * @property {import('./source.mjs').WhisperTarget} [target] default native
 * @property {string} [cacheDir] default `.cache` in the repository
 * @property {(fraction: number) => void} [onProgress] 0–1 while compiling; default: a line on stderr
 * @property {AbortSignal} [signal] stops the compilers; nothing is left behind
 */

/** @param {string} [cacheDir] */
const homeOf = (cacheDir) => join(cacheDir ?? join(root, '.cache'), 'whisper.cpp');

/**
 * Where the programs for this target and these sources are, built or not.
 *
 * @param {EnsureOptions} options
 */
const folderOf = ({ target = 'native', cacheDir }) => join(homeOf(cacheDir), fingerprint(target));

/** @param {string} folder */
const isFinished = (folder) => programs.every((name) => existsSync(join(folder, name)));

/** @param {string} [cacheDir] */
const recordOf = (cacheDir) => join(homeOf(cacheDir), 'current.json');

/**
 * Whether the programs are there and recorded. Throws an Error where the sources are missing.
 *
 * @param {EnsureOptions} [options]
 */
export const isWhisperBuilt = (options = {}) => {
  const record = recordOf(options.cacheDir);
  const folder = folderOf(options);
  return isFinished(folder) && existsSync(record) && JSON.parse(readFileSync(record, 'utf8')).folder === folder;
};

/**
 * Compiles the programs for the target unless they are there, records where in `current.json` (which libs/speech reads) and
 * returns their folder. Two processes that start at once compile once; a killed one leaves nothing that looks
 * finished. Throws an Error whose message holds the end of the compiler's output.
 *
 * @param {EnsureOptions} [options]
 * @returns {Promise<string>}
 */
export const ensureWhisper = async (options = {}) => {
  const { target = 'native', cacheDir, onProgress, signal = new AbortController().signal } = options;
  const home = homeOf(cacheDir);
  const folder = folderOf(options);
  if (!isFinished(folder)) {
    await mkdir(home, { recursive: true });
    const waiting = { onWait: () => {}, signal };
    await withLock(folder, waiting, async () => {
      if (isFinished(folder)) return;
      await compile({
        target,
        home,
        folder,
        signal,
        onProgress: onProgress ?? createProgressLine('speech engine:'),
      });
    });
  }
  await writeRecord(recordOf(cacheDir), { v: 3, release: whisperRelease, folder, cpuFlags: neededFlags(target) });
  return folder;
};

/**
 * @param {object} options
 * @param {import('./source.mjs').WhisperTarget} options.target
 * @param {string} options.home where the folders of all builds are
 * @param {string} options.folder
 * @param {(fraction: number) => void} options.onProgress
 * @param {AbortSignal} options.signal
 */
const compile = async ({ target, home, folder, onProgress, signal }) => {
  const work = await mkdtemp(join(home, 'building-'));
  try {
    const tree = join(work, 'tree');
    await build({ target, dir: tree, log: join(home, 'build.log'), onProgress, signal });
    const finished = join(work, 'finished');
    await mkdir(finished);
    for (const name of programs) await copyFile(join(tree, name), join(finished, name));
    await rm(folder, { recursive: true, force: true });
    await rename(finished, folder).catch((error) => {
      if (!isFinished(folder)) throw error;
    });
    onProgress(1);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

/**
 * @param {string} path
 * @param {object} content
 */
const writeRecord = async (path, content) => {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return;
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
};
