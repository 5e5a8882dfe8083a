import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '@whisper-bot/task';
import type { Warmable } from '../contract.js';
import type { EngineRole } from '../engine-name.js';
import type { Candidate } from './candidate.js';
import { type EngineOf, type OpenOptions, openEngine } from './open.js';
import { createSamples, type Sample } from './sample.js';
import { processorId, type Verdict } from './verdict.js';

export interface SelfTestOptions extends OpenOptions {
  /** The recordings that come with the product. */
  samplesDir: string;
  signal: AbortSignal;
  /** An engine that hardly computes for so long is taken to hang, milliseconds; default 30 s. How long it computes is no matter up to ten minutes: a busy machine is slow. */
  stallMs?: number;
}

/**
 * Whether there is anything to test with: a smaller image may leave the samples out, and its engines are then taken as they are.
 */
const canTest = (samplesDir: string): boolean => existsSync(join(samplesDir, 'jfk.wav'));

export interface Tested {
  verdict: Verdict;
  /** False where the machine may have been too busy: the next start tests again. */
  lasting: boolean;
}

/** What a healthy engine may meet, too, where the machine is overloaded. */
const passing: ReadonlySet<string> = new Set(['engine-hung', 'engine-memory', 'time-limit']);

/**
 * Gives the engine a short sample in its child: a crash, a hang or a wrong answer makes it unfit. Never throws but the signal's reason.
 */
export const selfTest = async (candidate: Candidate, options: SelfTestOptions): Promise<Tested> => {
  const { role, engine, build, identity } = candidate;
  const about = { role, engine, build, identity, processor: await processorId(), at: new Date().toISOString() };
  const untested = { instructions: '', seconds: null, cpuSeconds: null };
  const judged = (passed: boolean, rest: Omit<Verdict, keyof typeof about | 'passed' | 'crashed'>): Verdict => ({
    ...about,
    passed,
    crashed: false,
    ...rest,
  });
  if (!canTest(options.samplesDir)) return { verdict: judged(true, { reason: '', ...untested }), lasting: false };
  try {
    const outcome = await checkSample(role, candidate, options);
    return { verdict: judged(outcome.reason === '', outcome), lasting: true };
  } catch (error) {
    options.signal.throwIfAborted();
    const verdict = judged(false, { reason: reasonOf(error), ...untested });
    return { verdict, lasting: !(error instanceof TaskError && passing.has(error.code)) };
  }
};

const checkSample = async <Role extends EngineRole>(role: Role, candidate: Candidate, options: SelfTestOptions) => {
  const samples = createSamples(options.samplesDir);
  const sample: Sample<Role> = await samples[role]();
  const engine: EngineOf[Role] = openEngine(role, candidate, options);
  const hang = new AbortController();
  const signal = AbortSignal.any([options.signal, hang.signal]);
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const watch = watchForHang(engine, options.stallMs ?? 30_000, () => hang.abort(new Error('it hangs')));
  try {
    return await Promise.race([measured(engine, sample, { modelPath: options.modelPath, signal }), ended]);
  } finally {
    clearInterval(watch);
    await engine.close();
  }
};

/** Part of the time that a living engine computes at least, however busy the machine is. */
const leastShare = 0.02;
const longestMs = 600_000;

const watchForHang = (child: Warmable, stallMs: number, onHang: () => void): NodeJS.Timeout => {
  const started = performance.now();
  let before: number | null = null;
  const look = async () => {
    const now = await cpuSecondsOf(child.pids());
    const stalled = before !== null && now !== null && now - before < (leastShare * stallMs) / 1000;
    before = now;
    if (stalled || performance.now() - started > longestMs) onHang();
  };
  return setInterval(() => void look(), stallMs);
};

const measured = async <Role extends EngineRole>(
  engine: EngineOf[Role],
  sample: Sample<Role>,
  { modelPath, signal }: Pick<SelfTestOptions, 'modelPath' | 'signal'>,
) => {
  const child: Warmable = engine;
  const { instructions, numbers } = await child.warmUp(await modelPath('base'));
  const before = await cpuSecondsOf(child.pids());
  const started = performance.now();
  const reason = (await sample.check(engine, { signal })) ?? '';
  const seconds = (performance.now() - started) / 1000;
  const after = await cpuSecondsOf(child.pids());
  const details = [instructions, numbers].filter((text) => typeof text === 'string' && text !== '');
  return {
    reason,
    instructions: details.join(', '),
    seconds: round(seconds),
    cpuSeconds: before === null || after === null ? null : round(after - before),
  };
};

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** Of all processors together; null where the system does not say. */
const cpuSecondsOf = async (pids: readonly number[]): Promise<number | null> => {
  let sum = 0;
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    if (text === null) return null;
    // Behind the name, which may hold anything: user and system time are the 12th and 13th, in hundredths of a second.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    sum += (Number(fields[11]) + Number(fields[12])) / 100;
  }
  return sum;
};

/** In the words of who looks after the machine, one line. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof TaskError)) return error instanceof Error ? error.message : String(error);
  const cause = error.cause === undefined ? error.message : String(error.cause);
  const [, how = cause, output = ''] = /^(.*?): (.*)$/s.exec(cause) ?? [];
  // The last line of a program's output tells most.
  const last = output.trim().split('\n').at(-1)?.trim() ?? '';
  return (last === '' ? how : `${how}: ${last}`).replace(/:$/, '').slice(0, 300);
};
