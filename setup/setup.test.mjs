import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildReady } from './build.mjs';
import { installDebian, missingPackages } from './debian.mjs';
import { runLogged, SetupError } from './process.mjs';
import { setUp } from './setup.mjs';
import { whyNotThisSystem } from './system.mjs';

/** A repository in miniature, and a folder with the only programs its set-up can find. */
let root = '';
let bin = '';
/** @type {string} */
let said;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'whisper-bot-setup-'));
  bin = join(root, 'bin');
  said = '';
  await mkdir(join(root, 'libs/one/src'), { recursive: true });
  for (const folder of ['apps', 'bin', 'tools']) await mkdir(join(root, folder));
  await writeFile(
    join(root, 'package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
  );
  for (const name of ['tsconfig.json', 'tsconfig.base.json', 'libs/one/package.json', 'libs/one/tsconfig.json']) {
    await writeFile(join(root, name), '{}');
  }
  await writeFile(join(root, 'libs/one/src/a.ts'), 'export const a = 1;\n');
  await symlink(process.execPath, join(bin, 'node'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** @param {string} name @param {string} script in JavaScript */
const install = async (name, script) => {
  await writeFile(join(bin, name), `#!/usr/bin/env node\n${script}`);
  await chmod(join(bin, name), 0o755);
};
/** npm and tsc that do what is needed of them and note that they ran. */
const installTools = async ({ npm = '', tsc = '' } = {}) => {
  const note = (/** @type {string} */ name) => `require('node:fs').appendFileSync('${root}/ran', '${name}\\n');\n`;
  const record = `${root}/node_modules/.package-lock.json`;
  await install(
    'npm',
    `${note('npm')}${npm}
    const { mkdirSync, writeFileSync } = require('node:fs');
    mkdirSync('${root}/node_modules/typescript/bin', { recursive: true });
    writeFileSync('${root}/node_modules/typescript/bin/tsc', ${JSON.stringify(`${note('tsc')}${tsc}
      require('node:fs').mkdirSync('${root}/libs/one/dist', { recursive: true });
      require('node:fs').writeFileSync('${root}/libs/one/dist/.tsbuildinfo', '');`)});
    writeFileSync('${record}', require('node:fs').readFileSync('${root}/package-lock.json'));`,
  );
};
const ran = () => readFile(join(root, 'ran'), 'utf8').catch(() => '');
const start = () => {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      said += chunk;
      done();
    },
  });
  const options = { needs: /** @type {const} */ (['packages', 'build']), root, cache: join(root, '.cache') };
  return setUp({ ...options, env: { PATH: bin }, stream: /** @type {NodeJS.WriteStream} */ (stream) });
};

test('the first start installs and compiles, the second finds all done', async () => {
  await installTools();
  expect(await start()).toBe(true);
  expect(await ran()).toBe('npm\ntsc\n');
  expect(said).toMatch(/^setup: Node packages …\nsetup: Node packages: done in \d+ s\nsetup: TypeScript …\n/);
  said = '';
  expect(await start()).toBe(true);
  expect(await ran()).toBe('npm\ntsc\n');
  expect(said).toBe('');
});

test('a changed source is compiled again, a changed lock file installed again', async () => {
  await installTools();
  await start();
  await utimes(join(root, 'libs/one/src/a.ts'), 1, 1);
  expect(buildReady(root, join(root, '.cache'))).toBe(false);
  await start();
  expect(await ran()).toBe('npm\ntsc\ntsc\n');
  await writeFile(
    join(root, 'package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': { version: '2.0.0' } } }),
  );
  await start();
  expect(await ran()).toBe('npm\ntsc\ntsc\nnpm\ntsc\n');
});

test('what was compiled from a source that is gone goes as well', async () => {
  await installTools();
  await mkdir(join(root, 'libs/one/dist'));
  for (const name of ['a.js', 'gone.js', 'gone.d.ts.map']) await writeFile(join(root, 'libs/one/dist', name), '');
  await start();
  expect((await readdir(join(root, 'libs/one/dist'))).sort()).toEqual(['.tsbuildinfo', 'a.js']);
});

test('who installed by hand keeps what they have', async () => {
  await installTools();
  await start();
  await rm(join(root, 'node_modules/.whisper-bot-installed'));
  expect(await start()).toBe(true);
  expect(await ran()).toBe('npm\ntsc\n');
});

test('a failure is one sentence with the end of the log and where all of it is', async () => {
  await installTools({ npm: "console.error('no such registry'); process.exit(7);" });
  expect(await start()).toBe(false);
  expect(process.exitCode).toBe(1);
  process.exitCode = 0;
  expect(said).toContain(
    'whisper-bot: Installing the Node packages failed (npm: exit code 7).\n  | no such registry\n',
  );
  expect(said).toContain(`The full log is in ${join(root, '.cache/log/npm.log')}`);
});

test('an interruption ends with 130 and says that the next start goes on', async () => {
  await installTools({ npm: "process.kill(process.ppid, 'SIGTERM'); setInterval(() => {}, 1000);" });
  expect(await start()).toBe(false);
  expect(process.exitCode).toBe(130);
  process.exitCode = 0;
  expect(said).toContain('Interrupted; the next start goes on from here.');
});

test('what is aborted before it has begun does not begin', async () => {
  await installTools();
  const log = join(root, 'never.log');
  const signal = AbortSignal.abort(new SetupError('enough'));
  await expect(runLogged('npm', [], { log, what: 'Waiting', signal, env: { PATH: bin } })).rejects.toThrow('enough');
  expect(await ran()).toBe('');
});

test('type errors are reported and keep nothing from running', async () => {
  await installTools({ tsc: 'process.exitCode = 2;' });
  expect(await start()).toBe(true);
  expect(said).toContain('The types have mistakes');
});

test('two starts at once install once', async () => {
  await installTools();
  expect(await Promise.all([start(), start()])).toEqual([true, true]);
  expect(await ran()).toBe('npm\ntsc\n');
});

test('only those Debian packages are named that are missing and needed', async () => {
  const env = { PATH: bin };
  const needs = /** @type {const} */ (['packages', 'build', 'redis', 'ffmpeg', 'whisper']);
  const missing = (/** @type {Partial<Parameters<typeof missingPackages>[0]>} */ changes) =>
    missingPackages({ needs, compiles: true, root, env, ...changes }).filter((name) => name !== 'ca-certificates');
  expect(missing({})).toEqual(['redis-server', 'ffmpeg', 'g++', 'libc6-dev', 'cmake', 'make', 'protobuf-compiler']);
  expect(missing({ compiles: false })).toEqual(['redis-server', 'ffmpeg']);
  expect(
    missing({ compiles: false, env: { ...env, REDIS_URL: 'redis://elsewhere', FFMPEG_PATH: '/opt/ffmpeg' } }),
  ).toEqual([]);
  expect(missing({ needs: ['packages', 'build'], compiles: false })).toEqual([]);
  for (const name of ['redis-server', 'ffmpeg', 'g++', 'gcc', 'cmake', 'make', 'protoc']) await install(name, '');
  expect(missing({})).toEqual([]);
});

describe('where packages cannot be installed', () => {
  const never = new AbortController().signal;
  /** @type {string[]} */
  let sentences = [];
  beforeEach(() => {
    sentences = [];
  });
  /** @param {string[]} packages */
  const attempt = (packages) =>
    installDebian(packages, {
      logs: join(root, 'log'),
      signal: never,
      env: { PATH: bin },
      say: (text) => sentences.push(text),
    });

  test.each([
    ['dnf', 'dnf install -y redis gcc-c++ glibc-devel cmake'],
    ['pacman', 'pacman -S --needed valkey gcc glibc cmake'],
    ['zypper', 'zypper install -y redis gcc-c++ glibc-devel cmake'],
    ['apk', 'apk add redis g++ libc-dev cmake'],
  ])('the command of %s is named', async (manager, command) => {
    await install(manager, '');
    await expect(attempt(['redis-server', 'g++', 'libc6-dev', 'cmake'])).rejects.toThrow(command);
  });

  test('without any known package manager the packages are named', async () => {
    const sentence = "Packages are missing; install cmake, make with this system's package manager, then start again.";
    await expect(attempt(['cmake', 'make'])).rejects.toThrow(sentence);
  });

  test('what can be done without is said, and all goes on', async () => {
    await install('dnf', '');
    await attempt(['libdnnl-dev', 'protobuf-compiler']);
    expect(sentences.join()).toMatch(
      /words are then recognized by whisper\.cpp.*dnf install -y onednn-devel protobuf-compiler/,
    );
  });

  test('a failure of apt names the command to try by hand', async () => {
    await install('apt-get', "console.error('no network'); process.exit(100);");
    await install(
      'sudo',
      "process.exit(require('node:child_process').spawnSync(process.argv[3], process.argv.slice(4)).status)",
    );
    await install(
      'env',
      "process.exit(require('node:child_process').spawnSync(process.argv[3], process.argv.slice(4)).status)",
    );
    await expect(attempt(['cmake'])).rejects.toThrow(/apt-get install -y cmake/);
  });
});

test.each([
  [{ platform: 'darwin', arch: 'arm64', glibc: null }, 'this is macOS'],
  [{ platform: 'linux', arch: 'x64', glibc: null }, 'musl'],
  [{ platform: 'linux', arch: 'riscv64', glibc: '2.36' }, 'this processor is riscv64'],
])('%j is refused in one sentence', (system, why) => {
  expect(whyNotThisSystem(system)).toMatch(/^whisper-bot runs on Linux with glibc/);
  expect(whyNotThisSystem(system)).toContain(why);
});

test('this system is not refused', () => {
  expect(whyNotThisSystem()).toBeNull();
});
