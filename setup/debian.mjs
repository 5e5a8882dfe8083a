import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runLogged, SetupError } from './process.mjs';
import { hasOneDnn, hasProtobuf } from './whisper/fingerprint.mjs';

/**
 * Where a program is, as a shell would find it.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null}
 */
export const findProgram = (name, env) => {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here: the next folder.
    }
  }
  return null;
};

/** Where Docker's own packages and Debian's put Compose where it is a plugin: it reads docker-compose.yml without a daemon. */
const composePlugins = ['/usr/libexec', '/usr/lib', '/usr/local/libexec', '/usr/local/lib'].map(
  (folder) => `${folder}/docker/cli-plugins`,
);

/**
 * The Debian packages that hold what the needs ask for and this machine lacks.
 * @param {object} options
 * @param {readonly import('./need.mjs').Need[]} options.needs
 * @param {boolean} options.compiles whether the speech engine is yet to be compiled
 * @param {string} options.root
 * @param {NodeJS.ProcessEnv} options.env
 * @returns {string[]}
 */
export const missingPackages = ({ needs, compiles, root, env }) => {
  const lacks = (/** @type {string} */ program) => findProgram(program, env) === null;
  const missing = [];
  if (needs.includes('redis') && !env.REDIS_URL && lacks('redis-server')) missing.push('redis-server');
  const ownFfmpeg = env.FFMPEG_PATH || existsSync(join(root, 'node_modules/ffmpeg-static/ffmpeg'));
  if (needs.includes('ffmpeg') && !ownFfmpeg && lacks('ffmpeg')) missing.push('ffmpeg');
  if (compiles) {
    if (lacks('g++') || lacks('gcc')) missing.push('g++', 'libc6-dev');
    for (const tool of ['cmake', 'make']) if (lacks(tool)) missing.push(tool);
    if (!hasOneDnn()) missing.push('libdnnl-dev');
    if (lacks('protoc')) missing.push('protobuf-compiler');
    if (!hasProtobuf()) missing.push('libprotobuf-dev');
  }
  if (needs.includes('checks')) {
    if (lacks('chromium')) missing.push('chromium', 'fonts-dejavu-core');
    if (lacks('redis-cli')) missing.push('redis-tools');
    if (lacks('ps')) missing.push('procps');
    if (lacks('docker-compose') && !composePlugins.some((folder) => existsSync(join(folder, 'docker-compose')))) {
      missing.push('docker-compose');
    }
    if (!existsSync('/usr/lib/python3/dist-packages/redis')) missing.push('python3-redis');
  }
  // Downloads over TLS by anything but Node (which brings its own roots) need them; a bare container has none.
  if (missing.length > 0 && !existsSync('/etc/ssl/certs/ca-certificates.crt')) missing.push('ca-certificates');
  return missing;
};

/**
 * Installs Debian packages where this user may, and otherwise throws a SetupError with the one command that does.
 * @param {readonly string[]} packages
 * @param {object} options
 * @param {string} options.logs folder
 * @param {AbortSignal} options.signal
 * @param {NodeJS.ProcessEnv} options.env
 */
export const installDebian = async (packages, { logs, signal, env }) => {
  const list = packages.join(' ');
  if (findProgram('apt-get', env) === null) {
    throw new SetupError(`Please install ${packages.join(', ')} with this system's package manager, then start again.`);
  }
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot ? [] : ['sudo', '-n'];
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) {
    throw new SetupError(
      `Debian packages are missing and this user may not install them; run: sudo sh -c 'apt-get update && apt-get install -y ${list}'`,
    );
  }
  const what = `Installing the Debian packages ${list}`;
  const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120'];
  const [program = '', ...start] = apt;
  const common = { what, signal, env };
  await runLogged(program, [...start, 'update'], { ...common, log: join(logs, 'apt-update.log') });
  const install = [...start, 'install', '-y', '--no-install-recommends', ...packages];
  await runLogged(program, install, { ...common, log: join(logs, 'apt-install.log') });
};
