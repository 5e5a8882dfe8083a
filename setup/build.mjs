import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLogged } from './process.mjs';

/**
 * Whether dist/ was built from the sources as they are, judged by path, size and time of change of each.
 * @param {string} root
 * @param {string} cache folder
 */
export const buildReady = (root, cache) => {
  const stamp = stampOf(cache);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint(root)) return false;
  return packagesOf(root).every((folder) => existsSync(join(root, folder, 'dist/.tsbuildinfo')));
};

/**
 * Compiles what has changed.
 * @param {string} root
 * @param {object} options
 * @param {string} options.cache folder
 * @param {string} options.logs folder
 * @param {AbortSignal} options.signal
 * @param {NodeJS.ProcessEnv} options.env
 */
export const build = async (root, { cache, logs, signal, env }) => {
  const before = fingerprint(root);
  const what = 'Compiling the TypeScript sources';
  const args = [join(root, 'node_modules/typescript/bin/tsc'), '-b', '--pretty', 'false'];
  await runLogged(process.execPath, args, { cwd: root, env, log: join(logs, 'tsc.log'), what, signal });
  mkdirSync(cache, { recursive: true });
  writeFileSync(stampOf(cache), before);
};

/** @param {string} cache */
const stampOf = (cache) => join(cache, 'build.stamp');

/** @param {string} root */
const packagesOf = (root) =>
  ['apps', 'libs'].flatMap((group) =>
    readdirSync(join(root, group))
      .map((name) => join(group, name))
      .filter((folder) => existsSync(join(root, folder, 'tsconfig.json'))),
  );

/** @param {string} root */
const fingerprint = (root) => {
  const hash = createHash('sha256').update(root);
  const add = (/** @type {string} */ path) => {
    const { mtimeMs, size } = statSync(join(root, path));
    hash.update(`${path}\0${mtimeMs}\0${size}\n`);
  };
  for (const path of ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json']) add(path);
  for (const folder of packagesOf(root)) {
    for (const path of ['package.json', 'tsconfig.json']) add(join(folder, path));
    const source = join(folder, 'src');
    for (const name of readdirSync(join(root, source), { recursive: true, encoding: 'utf8' }).sort()) {
      if (/\.tsx?$/.test(name)) add(join(source, name));
    }
  }
  return hash.digest('hex');
};
