import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../lock.mjs';
import { build } from './build.mjs';
import { fingerprint, neededFlags } from './fingerprint.mjs';
import { createProgressLine } from './progress-line.mjs';
import { root, whisperRelease } from './source.mjs';

/**
 * @typedef {object} EnsureOptions
 * @property {import('./source.mjs').WhisperTarget} [target] default native
 * @property {string} [cacheDir] default `.cache` in the repository
 * @property {(fraction: number) => void} [onProgress] 0–1 while compiling; default: a line on stderr
 * @property {AbortSignal} [signal] stops the compilers; nothing is left behind
 */

/** @param {string} [cacheDir] */
const folderOf = (cacheDir) => join(cacheDir ?? join(root, '.cache'), 'whisper.cpp');

/**
 * Where the binary for this target and these sources is, built or not.
 *
 * @param {EnsureOptions} [options]
 */
export const whisperPath = ({ target = 'native', cacheDir } = {}) =>
  join(folderOf(cacheDir), fingerprint(target), 'whisper-child');

/** @param {string} [cacheDir] */
const recordOf = (cacheDir) => join(folderOf(cacheDir), 'current.json');

/**
 * Whether the binary is there and recorded. Throws an Error where the sources are missing.
 *
 * @param {EnsureOptions} [options]
 */
export const isWhisperBuilt = (options = {}) => {
  const record = recordOf(options.cacheDir);
  const binary = whisperPath(options);
  return existsSync(binary) && existsSync(record) && JSON.parse(readFileSync(record, 'utf8')).binary === binary;
};

/**
 * Compiles whisper-child for the target unless it is there, records it in `current.json` (which
 * libs/speech reads) and returns its path. Two processes that start at once compile once; a killed one leaves nothing
 * that looks finished. Throws an Error whose message holds the end of the compiler's output.
 *
 * @param {EnsureOptions} [options]
 * @returns {Promise<string>}
 */
export const ensureWhisper = async (options = {}) => {
  const { target = 'native', cacheDir, onProgress, signal = new AbortController().signal } = options;
  const folder = folderOf(cacheDir);
  const binary = whisperPath({ target, ...(cacheDir === undefined ? {} : { cacheDir }) });
  if (!existsSync(binary)) {
    await mkdir(folder, { recursive: true });
    const waiting = { onWait: () => {}, signal };
    await withLock(binary, waiting, async () => {
      if (existsSync(binary)) return;
      await compile({
        target,
        folder,
        binary,
        signal,
        onProgress: onProgress ?? createProgressLine('speech engine:'),
      });
    });
  }
  await writeRecord(recordOf(cacheDir), { v: 2, release: whisperRelease, binary, cpuFlags: neededFlags(target) });
  return binary;
};

/**
 * @param {object} options
 * @param {import('./source.mjs').WhisperTarget} options.target
 * @param {string} options.folder
 * @param {string} options.binary
 * @param {(fraction: number) => void} options.onProgress
 * @param {AbortSignal} options.signal
 */
const compile = async ({ target, folder, binary, onProgress, signal }) => {
  const work = await mkdtemp(join(folder, 'building-'));
  try {
    const log = join(folder, 'build.log');
    const built = await build({ target, dir: join(work, 'tree'), log, onProgress, signal });
    const finished = join(work, 'finished');
    await mkdir(finished);
    await copyFile(built, join(finished, 'whisper-child'));
    await rename(finished, join(binary, '..')).catch((error) => {
      if (!existsSync(binary)) throw error;
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
