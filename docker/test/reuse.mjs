import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * What the set-up has done here already, for `createReplay`'s `prepare`: the packages by the same lock file, the compiled
 * TypeScript, the speech engines. Compilers get their earlier output and decide for themselves whether it still holds.
 * @param {string} root of the repository
 * @param {string} cache its `.cache`
 * @returns {(command: string, folder: string) => Promise<boolean>}
 */
export const reuseSetUp = (root, cache) => async (command, folder) => {
  if (/^npm ci --ignore-scripts [^&]*$/.test(command) && hasSamePackages(root)) {
    // As links: neither the set-up nor a step of an image writes into an installed file.
    await execute('cp', ['--archive', '--link', join(root, 'node_modules'), folder]);
    return true;
  }
  if (/\btsc -b\b/.test(command)) {
    for (const path of builtFolders(root))
      await cp(join(root, path), join(folder, path), { recursive: true, preserveTimestamps: true });
  }
  if (command.startsWith('node setup/whisper/main.mjs') && existsSync(join(cache, 'whisper.cpp'))) {
    await mkdir(join(folder, '.cache'), { recursive: true });
    await cp(join(cache, 'whisper.cpp'), join(folder, '.cache/whisper.cpp'), { recursive: true });
  }
  return false;
};

/** Whether what is installed is what the lock file asks for: npm keeps a copy of the lock it has installed. @param {string} root */
const hasSamePackages = (root) => {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const packagesOf = (/** @type {string} */ path) =>
    /** @type {Record<string, { version?: string }>} */ (JSON.parse(readFileSync(path, 'utf8')).packages);
  const wanted = packagesOf(join(root, 'package-lock.json'));
  return Object.entries(packagesOf(installed)).every(([name, { version }]) => wanted[name]?.version === version);
};

/** @param {string} root */
const builtFolders = (root) =>
  ['apps', 'libs'].flatMap((group) =>
    readdirSync(join(root, group))
      .map((name) => join(group, name, 'dist'))
      .filter((path) => existsSync(join(root, path))),
  );
