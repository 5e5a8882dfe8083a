import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installCommand } from './package-manager.mjs';
import { runLogged, SetupError } from './process.mjs';
import { findProgram } from './program.mjs';
import { hasOneDnn, hasProtobuf } from './whisper/library.mjs';

/** Where Docker's own packages and Debian's put Compose where it is a plugin: it reads docker-compose.yml without a daemon. */
const composePlugins = ['/usr/libexec', '/usr/lib', '/usr/local/libexec', '/usr/local/lib'].map(
  (folder) => `${folder}/docker/cli-plugins`,
);

/** The speech synthesizers and voices of bench/fidelity, and a file by which each is known to be there. */
export const voicePackages = /** @type {const} */ ([
  ['flite', '/usr/bin/flite'],
  ['espeak-ng', '/usr/bin/espeak-ng'],
  ['festival', '/usr/bin/text2wave'],
  ['festvox-ru', '/usr/share/festival/voices/russian/msu_ru_nsh_clunits'],
  ['festvox-kallpc16k', '/usr/share/festival/voices/english/kal_diphone'],
]);

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
  if (needs.includes('voices')) {
    for (const [name, path] of voicePackages) if (!existsSync(path)) missing.push(name);
  }
  // Downloads over TLS by anything but Node (which brings its own roots) need them; a bare container has none.
  if (missing.length > 0 && !existsSync('/etc/ssl/certs/ca-certificates.crt')) missing.push('ca-certificates');
  return missing;
};

/** What the engines can be compiled without, and what is lost. */
const dispensable = new Map([
  ['libdnnl-dev', 'words are then recognized by whisper.cpp, at half the speed'],
  ['protobuf-compiler', 'speech and speakers are then found by sherpa-onnx, which takes longer'],
  ['libprotobuf-dev', 'speech and speakers are then found by sherpa-onnx, which takes longer'],
]);

/**
 * Installs Debian packages where this user may. Otherwise says the one command that does where all can go on without them, and throws a SetupError with
 * that command where it cannot.
 * @param {readonly string[]} packages
 * @param {object} options
 * @param {string} options.logs folder
 * @param {AbortSignal} options.signal
 * @param {NodeJS.ProcessEnv} options.env
 * @param {(text: string) => void} options.say
 */
export const installDebian = async (packages, { logs, signal, env, say }) => {
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot ? [] : ['sudo', '-n'];
  const hasApt = findProgram('apt-get', env) !== null;
  if (!hasApt || (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0)) {
    const command = installCommand(packages, { env, isRoot });
    const needed = packages.filter((name) => !dispensable.has(name));
    const why = hasApt ? ' and this user may not install them' : '';
    if (needed.length > 0) throw new SetupError(`Packages are missing${why}; ${command}, then start again.`);
    const losses = [...new Set(packages.map((name) => dispensable.get(name)))].join('; ');
    say(`Packages are missing${why}: ${losses}. To have them, ${command}`);
    return;
  }
  const what = `Installing the Debian packages ${packages.join(' ')}`;
  const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120'];
  const [program = '', ...start] = apt;
  const common = { what, signal, env };
  try {
    await runLogged(program, [...start, 'update'], { ...common, log: join(logs, 'apt-update.log') });
    const install = [...start, 'install', '-y', '--no-install-recommends', ...packages];
    await runLogged(program, install, { ...common, log: join(logs, 'apt-install.log') });
  } catch (error) {
    if (signal.aborted || !(error instanceof SetupError)) throw error;
    throw new SetupError(`${error.message} By hand, ${installCommand(packages, { env, isRoot })}`, error.log);
  }
};
