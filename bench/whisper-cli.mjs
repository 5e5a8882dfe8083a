// whisper.cpp's own command line, built from the sources that the engine is built from.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sourceIn } from '../setup/whisper/source.mjs';
import { run } from './peer.mjs';

const folder = join(import.meta.dirname, '.venv', 'whisper-cli');
const binary = join(folder, 'bin', 'whisper-cli');

/** Compiles it where that was not yet done, or says why it cannot and gives null. */
export const openWhisperCli = (threads) => {
  try {
    if (!existsSync(binary)) {
      // As our own build: with the fast products that are off by default.
      const options = ['-DGGML_NATIVE=ON', '-DGGML_LLAMAFILE=ON', '-DGGML_CCACHE=OFF', '-DBUILD_SHARED_LIBS=OFF'];
      run('cmake', ['-S', sourceIn('nodejs-whisper').path, '-B', folder, '-DCMAKE_BUILD_TYPE=Release', ...options]);
      run('cmake', ['--build', folder, '--target', 'whisper-cli', '--parallel', String(threads)]);
    }
  } catch (error) {
    console.error(`No whisper-cli: ${error.message}`);
    return null;
  }
  return {
    /** The text of a recording; the process loads the model again each time. */
    async transcribe(wav, model, language) {
      const args = ['-m', model, '-f', wav, '-l', language, '-t', String(threads), '-nt', '-np'];
      const { stdout } = await promisify(execFile)(binary, args, { timeout: 600_000, maxBuffer: 2 ** 26 });
      return stdout.replace(/\s+/g, ' ').trim();
    },
  };
};
