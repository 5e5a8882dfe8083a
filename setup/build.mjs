import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** tsc's exit code where it found mistakes and wrote the output all the same. */
const emittedDespiteErrors = 2;

/**
 * Compiles what has changed. Mistakes in the types do not keep the output from running, so they are only reported: it is
 * `test` that fails for them.
 * @param {string} root
 * @param {object} options
 * @param {string} options.cache folder
 * @param {string} options.logs folder
 * @param {AbortSignal} options.signal
 * @param {NodeJS.ProcessEnv} options.env
 * @param {(text: string) => void} options.say
 */
export const build = async (root, { cache, logs, signal, env, say }) => {
  const before = fingerprint(root);
  const what = 'Compiling the TypeScript sources';
  const args = [join(root, 'node_modules/typescript/bin/tsc'), '-b', '--pretty', 'false'];
  const log = join(logs, 'tsc.log');
  const accepts = [0, emittedDespiteErrors];
  const code = await runLogged(process.execPath, args, { cwd: root, env, log, what, signal, accepts });
  if (code !== 0) {
    say(`The types have mistakes (${log}); running what was compiled.`);
    return;
  }
  for (const folder of packagesOf(root)) removeOrphans(join(root, folder));
  mkdirSync(cache, { recursive: true });
  writeFileSync(stampOf(cache), before);
};

/**
 * Removes what was compiled from sources that are gone: tsc leaves it, and it would still be found.
 * @param {string} folder of a package
 */
const removeOrphans = (folder) => {
  const dist = join(folder, 'dist');
  for (const name of existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: 'utf8' }) : []) {
    const stem = /^(.*?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(name)?.[1];
    if (stem === undefined) continue;
    const sources = ['.ts', '.tsx', '.js', '.d.ts'].map((ending) => join(folder, 'src', `${stem}${ending}`));
    if (!sources.some((path) => existsSync(path))) rmSync(join(dist, name));
  }
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
