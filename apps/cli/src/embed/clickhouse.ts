import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@whisper-bot/analytics';
import type { Logger } from '@whisper-bot/runtime';
import { accessOf } from './access.js';

export interface KeptClickHouse {
  url: string;
  close(): Promise<void>;
}

/** Milliseconds between the end of one and the start of the next; figures are spooled meanwhile. */
const pause = 2000;

/** The embedded ClickHouse on a folder, started again at the same URL whenever it ends. */
export const keepClickHouse = async (folder: string, logger: Logger): Promise<KeptClickHouse> => {
  const { port, password } = await accessOf(folder);
  const options = { dir: join(folder, 'data'), port, secret: password, logger };
  const closing = new AbortController();
  let current: EmbeddedClickHouse = await startEmbeddedClickHouse(options);
  const { url } = current;
  const keep = async (): Promise<void> => {
    for (;;) {
      await current.ended;
      await delay(pause, undefined, { signal: closing.signal });
      logger.warn('ClickHouse ended; starting it again');
      try {
        current = await startEmbeddedClickHouse(options);
      } catch (error) {
        logger.error({ err: error }, 'ClickHouse did not start');
      }
    }
  };
  const kept = keep().catch(() => {});
  return {
    url,
    close: async () => {
      closing.abort();
      await current.close();
      await kept;
    },
  };
};
