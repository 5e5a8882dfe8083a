import { setTimeout as pause } from 'node:timers/promises';
import { GrammyError } from 'grammy';
import pRetry from 'p-retry';

/**
 * Retries a call the bot cannot start without, for about half a minute, while the network or Telegram's servers fail, or Telegram
 * asks to wait; a permanent refusal is thrown at once.
 */
export const withRetry = <T>(call: () => Promise<T>): Promise<T> =>
  pRetry(call, {
    retries: 7,
    minTimeout: 250,
    maxTimeout: 8000,
    shouldRetry: async ({ error }) => {
      if (!(error instanceof GrammyError)) return true;
      await pause((error.parameters.retry_after ?? 0) * 1000);
      return error.error_code >= 500 || error.error_code === 429;
    },
  });
