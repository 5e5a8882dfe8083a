import { TaskError } from '@whisper-bot/task';

/** How long an engine may take: `base` seconds and `each` second of audio `each` seconds. */
export interface Allowance {
  base: number;
  each: number;
}

/**
 * Many times what a slow machine takes, with the largest model: past it an engine hangs and does not work. Decoding and speech
 * detection run at hundreds of times real time, base Whisper at ten, large ones at one half on two cores.
 */
export const allowances = {
  probe: { base: 60, each: 0 },
  decode: { base: 120, each: 1 },
  detect: { base: 60, each: 0.5 },
  language: { base: 300, each: 0 },
  transcribe: { base: 180, each: 15 },
  diarize: { base: 120, each: 3 },
} as const satisfies Record<string, Allowance>;

/**
 * Runs engine work under a time limit for `seconds` of audio; past it the signal aborts, which kills the engine.
 * Rejects with TaskError `time-limit`, which counts as a failed attempt.
 */
export const limited = async <T>(
  signal: AbortSignal,
  allowance: Allowance,
  seconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted();
  const limit = allowance.base + allowance.each * seconds;
  const overdue = new AbortController();
  const timer = setTimeout(() => {
    overdue.abort(
      new TaskError('time-limit', 'Working on the recording took too long.', {
        cause: `no result within ${Math.round(limit)} s`,
      }),
    );
  }, limit * 1000);
  try {
    return await work(AbortSignal.any([signal, overdue.signal]));
  } catch (error) {
    if (overdue.signal.aborted && !signal.aborted) throw overdue.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
  }
};
