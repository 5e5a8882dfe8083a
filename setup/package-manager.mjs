import { findProgram } from './program.mjs';

/**
 * How a system's packages are installed, and what it calls those that Debian calls otherwise; null: it has none, for it comes with another.
 * @typedef {object} PackageManager
 * @property {string} program
 * @property {string} install the command, without the packages
 * @property {Record<string, string | null>} names by Debian's
 */

/** @type {readonly PackageManager[]} */
const managers = [
  { program: 'apt-get', install: 'apt-get install -y', names: {} },
  {
    program: 'dnf',
    install: 'dnf install -y',
    names: {
      'redis-server': 'redis',
      'redis-tools': null,
      ffmpeg: 'ffmpeg-free',
      'g++': 'gcc-c++',
      'libc6-dev': 'glibc-devel',
      'libdnnl-dev': 'onednn-devel',
      'libprotobuf-dev': 'protobuf-devel',
      'fonts-dejavu-core': 'dejavu-sans-fonts',
      procps: 'procps-ng',
    },
  },
  {
    program: 'pacman',
    install: 'pacman -S --needed',
    names: {
      'redis-server': 'valkey',
      'redis-tools': null,
      'g++': 'gcc',
      'libc6-dev': 'glibc',
      'libdnnl-dev': 'onednn',
      'protobuf-compiler': 'protobuf',
      'libprotobuf-dev': null,
      'fonts-dejavu-core': 'ttf-dejavu',
      procps: 'procps-ng',
      'python3-redis': 'python-redis',
    },
  },
  {
    program: 'zypper',
    install: 'zypper install -y',
    names: {
      'redis-server': 'redis',
      'redis-tools': null,
      'g++': 'gcc-c++',
      'libc6-dev': 'glibc-devel',
      'libdnnl-dev': 'onednn-devel',
      'protobuf-compiler': 'protobuf-devel',
      'libprotobuf-dev': null,
      'fonts-dejavu-core': 'dejavu-fonts',
    },
  },
  {
    program: 'apk',
    install: 'apk add',
    names: {
      'redis-server': 'redis',
      'redis-tools': null,
      'libc6-dev': 'libc-dev',
      'libdnnl-dev': 'onednn-dev',
      'protobuf-compiler': 'protoc',
      'libprotobuf-dev': 'protobuf-dev',
      'fonts-dejavu-core': 'ttf-dejavu',
      'python3-redis': 'py3-redis',
    },
  },
];

/**
 * The one command by which a person installs packages on this system, or a sentence where none of its package managers is known.
 * @param {readonly string[]} packages Debian's names
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env
 * @param {boolean} options.isRoot
 */
export const installCommand = (packages, { env, isRoot }) => {
  const manager = managers.find(({ program }) => findProgram(program, env) !== null);
  if (manager === undefined) return `install ${packages.join(', ')} with this system's package manager`;
  const { install, names, program } = manager;
  const wanted = packages.flatMap((name) => (Object.hasOwn(names, name) ? (names[name] ?? []) : name));
  const command = `${install} ${[...new Set(wanted)].join(' ')}`;
  if (program !== 'apt-get') return `run: ${isRoot ? '' : 'sudo '}${command}`;
  return isRoot ? `run: apt-get update && ${command}` : `run: sudo sh -c 'apt-get update && ${command}'`;
};
