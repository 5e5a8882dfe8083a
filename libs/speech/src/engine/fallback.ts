import type { Logger } from '@whisper-bot/runtime';
import { TaskError } from '@whisper-bot/task';
import type { CallContext, Engine } from '../contract.js';
import type { Candidate } from './candidate.js';

export interface FallbackOptions<E extends Engine> {
  /** The engines to work with, the one to begin with first; asked for until there is one. Throws TaskError `engine-missing`. */
  candidates: () => Promise<readonly Candidate[]>;
  open: (candidate: Candidate) => E;
  /** Called for an engine that died of a signal that says it cannot run here. */
  onUnfit: (candidate: Candidate, reason: string) => Promise<void>;
  logger: Logger;
}

export interface Fallback<E extends Engine> extends Engine {
  /** Lets the first fit engine do the work, and the next one where it turns out to be unfit. Progress never goes back. */
  use<Result>(context: CallContext, work: (engine: E, context: CallContext) => Promise<Result>): Promise<Result>;
}

/** What a program dies of that this processor cannot run, or that was miscompiled. */
const unfitSignals: ReadonlySet<unknown> = new Set(['SIGILL', 'SIGSEGV', 'SIGBUS']);

/** One engine at a time, opened when first used; another takes its place for good where it dies of itself. */
export const createFallback = <E extends Engine>(options: FallbackOptions<E>): Fallback<E> => {
  let opening: Promise<{ left: Candidate[]; engine: E }> | undefined;
  let closed = false;

  const openFirst = async (candidates: Promise<readonly Candidate[]> | readonly Candidate[]) => {
    const [first, ...rest] = await candidates;
    if (first === undefined) throw new TaskError('engine-missing', 'The speech engine is not installed.');
    return { left: [first, ...rest], engine: options.open(first) };
  };
  const current = () => {
    opening ??= openFirst(options.candidates()).catch((error) => {
      // It may be installed by the next call.
      opening = undefined;
      throw error;
    });
    return opening;
  };

  /** Moves on to the next engine; false where there is none. */
  const moveOn = async (used: { left: Candidate[]; engine: E }, reason: string): Promise<boolean> => {
    const [unfit, ...rest] = used.left;
    // The last one stays: better an engine that dies of some recordings than none.
    if (unfit === undefined || rest.length === 0) return false;
    options.logger.error(
      { role: unfit.role, engine: unfit.engine, build: unfit.build, reason, next: rest[0]?.engine },
      'engine died, moving on to the next one',
    );
    opening = openFirst(rest);
    await options.onUnfit(unfit, reason);
    await used.engine.close();
    return true;
  };

  return {
    async use(context, work) {
      let reached = 0;
      const { signal, onProgress } = context;
      const forward = (fraction: number) => {
        if (fraction <= reached) return;
        reached = fraction;
        onProgress?.(fraction);
      };
      for (;;) {
        const used = await current();
        try {
          return await work(used.engine, { signal, ...(onProgress === undefined ? {} : { onProgress: forward }) });
        } catch (error) {
          if (!(error instanceof TaskError) || error.code !== 'engine-crashed' || signal.aborted || closed) throw error;
          // Another call has seen it die: this one was waiting for its turn, or was shut down with it.
          if ((await opening) !== used) continue;
          if (!unfitSignals.has(error.params.signal) || !(await moveOn(used, String(error.cause)))) throw error;
        }
      }
    },
    async close() {
      closed = true;
      const used = await opening?.catch(() => undefined);
      await used?.engine.close();
    },
  };
};
