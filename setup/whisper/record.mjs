import { existsSync, readFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprint } from './fingerprint.mjs';

/**
 * One build, as libs/speech reads it (libs/speech/src/engine/build.ts).
 * @typedef {object} Build
 * @property {import('./source.mjs').Suite} suite
 * @property {import('./source.mjs').WhisperTarget} target
 * @property {string} folder
 * @property {string[]} programs
 * @property {string[]} whisperEngines that the build's program for words holds
 * @property {string} release of whisper.cpp
 * @property {string[]} cpuFlags that a processor must have to run it
 */

/** @param {string} home */
const pathOf = (home) => join(home, 'current.json');

/**
 * @param {string} home
 * @returns {Build[]}
 */
const readAll = (home) => {
  const path = pathOf(home);
  if (!existsSync(path)) return [];
  const { v, builds } = JSON.parse(readFileSync(path, 'utf8'));
  return v === 4 ? builds : [];
};

/**
 * The builds that were made of the sources as they are; one whose sources are not installed here is none of them.
 * @param {string} home
 */
export const readBuilds = (home) =>
  readAll(home).filter(({ suite, target, folder }) => {
    try {
      return folder === join(home, fingerprint(target, suite));
    } catch {
      return false;
    }
  });

/** Those that suit the processor best come first. */
const order = ['native', 'cuda', 'avx2', 'baseline'];

/**
 * Adds a build in place of an earlier one of its kind; those of its suite whose sources have changed go.
 * @param {string} home
 * @param {Build} build
 */
export const recordBuild = async (home, build) => {
  const fresh = new Set(readBuilds(home).map(({ folder }) => folder));
  // Another suite's stays until it is built again: its programs still run.
  const others = readAll(home).filter(
    ({ suite, target, folder }) => suite !== build.suite || (target !== build.target && fresh.has(folder)),
  );
  const builds = [...others, build].sort((a, b) => order.indexOf(a.target) - order.indexOf(b.target));
  const text = `${JSON.stringify({ v: 4, builds }, null, 2)}\n`;
  const path = pathOf(home);
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return;
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
};
