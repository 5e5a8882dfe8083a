import type { Logger } from '@whisper-bot/runtime';
import type { Eraser } from './eraser.js';

/** Sweeps until closed; any number of processes may, each promise is taken by one at a time. */
export const startErasing = (
  eraser: Pick<Eraser, 'sweep' | 'close'>,
  { interval, logger }: { interval: number; logger: Pick<Logger, 'warn'> },
): { close(): Promise<void> } => {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= eraser
      .sweep()
      .catch((err: unknown) => logger.warn({ err }, 'erasure sweep failed'))
      .finally(() => {
        running = null;
      });
  }, interval);
  return {
    close: async () => {
      clearInterval(timer);
      await eraser.close();
      await running;
    },
  };
};
