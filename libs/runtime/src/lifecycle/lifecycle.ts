import type { Logger } from 'pino';
import { endProcess } from './end-process.js';

export interface LifecycleOptions {
  logger: Logger;
  /** Milliseconds that all closers together may take before the process ends anyway. */
  graceMs: number;
  /** Ends the process; tests put their own here. */
  exit?: (code: number) => void;
}

export interface Lifecycle {
  /** Aborts as soon as the process is asked to end, before the first closer runs. */
  readonly signal: AbortSignal;
  /** Registers what must be closed; the last registered is closed first. `graceMs` is what is left of the grace time. */
  onClose(name: string, close: (graceMs: number) => unknown): void;
  /** Closes all in order and ends the process with the code. Calling it again changes nothing. */
  close(reason: string, code?: number): Promise<void>;
}

/**
 * Orderly ends: SIGTERM and SIGINT close everything in reverse order of registration within the grace time; a second
 * signal, or the end of the grace time, ends the process at once. An uncaught error is logged and ends it with code 1.
 */
export const createLifecycle = ({ logger, graceMs, exit = endProcess }: LifecycleOptions): Lifecycle => {
  const ending = new AbortController();
  const closers: { name: string; close: (graceMs: number) => unknown }[] = [];
  let closing: Promise<void> | undefined;

  const closeAll = async (reason: string, code: number): Promise<void> => {
    logger.info({ reason }, 'ending');
    const deadline = performance.now() + graceMs;
    const overdue = setTimeout(() => {
      logger.error({ graceMs }, 'grace period over');
      exit(1);
    }, graceMs);
    ending.abort(new Error(`ending: ${reason}`));
    let worst = code;
    for (const { name, close } of closers.reverse()) {
      try {
        await close(Math.max(0, deadline - performance.now()));
      } catch (error) {
        logger.error({ err: error, part: name }, 'close failed');
        worst ||= 1;
      }
    }
    clearTimeout(overdue);
    logger.info('ended');
    exit(worst);
  };

  const lifecycle: Lifecycle = {
    signal: ending.signal,
    onClose: (name, close) => void closers.push({ name, close }),
    close: (reason, code = 0) => {
      closing ??= closeAll(reason, code);
      return closing;
    },
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (closing !== undefined) exit(name === 'SIGINT' ? 130 : 143);
      else void lifecycle.close(name);
    });
  }
  const onError = (error: unknown) => {
    logger.fatal({ err: error }, 'uncaught');
    void lifecycle.close('uncaught error', 1);
  };
  process.on('uncaughtException', onError).on('unhandledRejection', onError);
  return lifecycle;
};
