import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * What the set-up has done here already, for `createReplay`'s `prepare`: the packages by the same lock file, the compiled
 * TypeScript, the speech engines. Compilers get their earlier output and decide for themselves whether it still holds.
 * @param {string} root of the repository
 * @param {string} cache its `.cache`
 * @returns {(command: string, folder: string) => Promise<string | null>}
 */
export const reuseSetUp = (root, cache) => async (command, folder) => {
  const install = /^npm ci ([^&]*)(?:&& (.*))?$/s.exec(command);
  if (install !== null && hasSamePackages(root)) {
    const [, flags = '', rest = ''] = install;
    const paths = await installedBy(flags.trim().split(/\s+/), root);
    if (paths !== null) {
      // As links: neither the set-up nor a step of an image writes into an installed file.
      await execute('cp', ['--archive', '--link', '--parents', ...paths, folder], { cwd: root });
      return rest === '' ? null : rest;
    }
  }
  if (/\btsc -b\b/.test(command)) {
    for (const path of builtFolders(root))
      await cp(join(root, path), join(folder, path), { recursive: true, preserveTimestamps: true });
  }
  if (command.startsWith('node setup/whisper/main.mjs') && existsSync(join(cache, 'whisper.cpp'))) {
    await mkdir(join(folder, '.cache'), { recursive: true });
    await cp(join(cache, 'whisper.cpp'), join(folder, '.cache/whisper.cpp'), { recursive: true });
  }
  return command;
};

/**
 * The folders that `npm ci` with these flags would fill, relative to the root: those of a workspace as npm itself names them. Null where it cannot.
 * @param {readonly string[]} flags
 * @param {string} root
 */
const installedBy = async (flags, root) => {
  const workspace = flags[flags.indexOf('--workspace') + 1];
  if (!flags.includes('--workspace') || workspace === undefined) return packageFolders(root);
  const args = ['ls', '--all', '--parseable', '--workspace', workspace];
  const listed = await execute('npm', args, { cwd: root, maxBuffer: 2 ** 24 }).catch(() => null);
  if (listed === null) return null;
  const omitted = omittedBy(flags, root);
  return listed.stdout
    .trim()
    .split('\n')
    .map((path) => relative(root, path))
    .filter((path) => /(^|\/)node_modules\//.test(path) && !omitted.has(path));
};

/** The root's, and those of workspaces that need another version of a package. @param {string} root */
const packageFolders = (root) => {
  const folders = Object.keys(lockedPackages(root)).flatMap((path) => /^(?:.*?\/)?node_modules(?=\/)/.exec(path) ?? []);
  return [...new Set(folders)].filter((path) => existsSync(join(root, path)));
};

/** @param {string} root */
const lockedPackages = (root) => {
  const { packages } = /** @type {{ packages: Record<string, Mark> }} */ (
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  );
  return packages;
};

/** @typedef {{ dev?: boolean, optional?: boolean, devOptional?: boolean }} Mark of a package in the lock file */

/**
 * What npm leaves out, by the marks in the lock file: `npm ls --omit` would go by who asks for a package, which npm's installer does not.
 * @param {readonly string[]} flags
 * @param {string} root
 */
const omittedBy = (flags, root) => {
  const [noDev, noOptional] = ['--omit=dev', '--omit=optional'].map((flag) => flags.includes(flag));
  const packages = lockedPackages(root);
  const isOmitted = (/** @type {Mark} */ mark) =>
    (noDev && mark.dev) || (noOptional && mark.optional) || (noDev && noOptional && mark.devOptional);
  return new Set(Object.entries(packages).flatMap(([path, mark]) => (isOmitted(mark) ? [path] : [])));
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
