import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { join, relative } from 'node:path';
import { driverDir, optionsOf, source } from './source.mjs';

/**
 * What the processor can do, sorted: a binary built with -march=native needs all of it. Where the system does not
 * say, the model's name stands for it.
 */
const cpuFlags = () => {
  if (platform() === 'linux') {
    const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    if (line?.[1]) return line[1].trim().split(/\s+/).sort();
  }
  return [cpus()[0]?.model ?? 'unknown'];
};

/** Whether oneDNN can be compiled against: our own engine needs it. */
export const hasOneDnn = () => existsSync('/usr/include/dnnl.hpp') || existsSync('/usr/include/oneapi/dnnl/dnnl.hpp');

/** Whether the classes that read networks can be compiled against. */
export const hasProtobuf = () => existsSync('/usr/include/google/protobuf/message_lite.h');

/** What GGML's own defaults for x86-64 ask for where it does not look at the processor. */
const anyFlags = ['avx', 'avx2', 'bmi2', 'f16c', 'fma', 'sse4_2'];

/**
 * What a processor must be able to do to run the build, sorted.
 *
 * @param {import('./source.mjs').WhisperTarget} target
 */
export const neededFlags = (target) => {
  if (target === 'native') return cpuFlags();
  return arch() === 'x64' ? anyFlags : [];
};

/** @param {import('node:fs').Dirent} entry */
const pathOf = (entry) => join(entry.parentPath ?? entry.path, entry.name);
/**
 * @param {import('node:fs').Dirent} a
 * @param {import('node:fs').Dirent} b
 */
const byPath = (a, b) => (pathOf(a) < pathOf(b) ? -1 : 1);

/**
 * Names one build: another processor, option, driver or source release is another build, another folder is not.
 *
 * @param {import('./source.mjs').WhisperTarget} target
 */
export const fingerprint = (target) => {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([platform(), arch(), neededFlags(target), optionsOf(target), hasOneDnn()]));
  for (const entry of readdirSync(driverDir, { recursive: true, withFileTypes: true }).sort(byPath)) {
    if (entry.isFile()) hash.update(relative(driverDir, pathOf(entry))).update(readFileSync(pathOf(entry)));
  }
  hash.update(JSON.parse(readFileSync(source().manifest, 'utf8')).version);
  return hash.digest('hex').slice(0, 16);
};
