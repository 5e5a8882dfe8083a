import { setTimeout as pause } from 'node:timers/promises';
import { GrammyError } from 'grammy';

/** Attempts at a call the bot cannot start without; with their pauses about half a minute in all. */
const attempts = 8;
const longestPause = 8000;

/**
 * Retries a call while the network or Telegram's servers fail, or Telegram asks to wait; a permanent refusal is thrown at
 * once.
 */
export const withRetry = async <T>(call: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const refused = error instanceof GrammyError && error.error_code < 500 && error.error_code !== 429;
      if (refused || attempt === attempts) throw error;
      const asked = error instanceof GrammyError ? (error.parameters.retry_after ?? 0) * 1000 : 0;
      await pause(Math.max(asked, Math.min(longestPause, 125 * 2 ** attempt)));
    }
  }
};
