import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join, relative } from 'node:path';
import { hasOneDnn, hasProtobuf } from './library.mjs';
import { neededFlags } from './processor.mjs';
import { driverDir, optionsOf, sourceIn } from './source.mjs';

/** @param {import('node:fs').Dirent} entry */
const pathOf = (entry) => join(entry.parentPath ?? entry.path, entry.name);
/**
 * @param {import('node:fs').Dirent} a
 * @param {import('node:fs').Dirent} b
 */
const byPath = (a, b) => (pathOf(a) < pathOf(b) ? -1 : 1);

/** Which of our sources a suite is built from: a change elsewhere is no reason to build it again. */
const partOf = {
  engines: /^(?!test\/)/,
  'whisper-node': /^(CMakeLists\.txt|child\.|wav\.|cmake\/|processor\/|whisper\/[^/]+$|whisper\/whisper-cpp\/)/,
  kernels:
    /^(CMakeLists\.txt|child\.|wav\.|cmake\/|processor\/|compute\/|onnx\/|test\/|detect\/silero\.|diarize\/(embedding|fbank|segmentation)\.|whisper\/native\/(align|attention|head|mel)\.)/,
};

/**
 * Names one build: another processor, option, driver or source release is another build, another folder is not. Throws an Error where the sources of
 * whisper.cpp are missing.
 *
 * @param {import('./source.mjs').WhisperTarget} target
 * @param {import('./source.mjs').Suite} suite
 */
export const fingerprint = (target, suite) => {
  const hash = createHash('sha256');
  const libraries = [hasOneDnn(), hasProtobuf()];
  hash.update(JSON.stringify([platform(), arch(), suite, neededFlags(target), optionsOf(target, suite), libraries]));
  for (const entry of readdirSync(driverDir, { recursive: true, withFileTypes: true }).sort(byPath)) {
    const path = relative(driverDir, pathOf(entry));
    if (entry.isFile() && partOf[suite].test(path)) hash.update(path).update(readFileSync(pathOf(entry)));
  }
  hash.update(sourceIn(suite === 'whisper-node' ? 'whisper-node' : 'nodejs-whisper').version);
  return hash.digest('hex').slice(0, 16);
};
