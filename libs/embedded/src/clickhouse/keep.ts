import { join } from 'node:path';
import { keepConnected, type Logger } from '@whisper-bot/runtime';
import { accessOf } from '../place/access.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from './server.js';

export interface KeptClickHouse {
  url: string;
  /** Of the process that runs now; undefined while none does. */
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/** Milliseconds between the end of one and the start of the next; analytics events are spooled meanwhile. */
const pause = { first: 1000, longest: 30_000 };

/** The embedded ClickHouse on a folder, started again at the same URL whenever it ends. */
export const keepClickHouse = async (folder: string, logger: Logger): Promise<KeptClickHouse> => {
  const { port, password } = await accessOf(folder);
  const options = { dir: join(folder, 'data'), port, secret: password, logger };
  // The first start says whether it can run here at all.
  let first: EmbeddedClickHouse | null = await startEmbeddedClickHouse(options);
  const { url } = first;
  let pid: number | undefined;
  const kept = keepConnected({
    open: async () => {
      const started = first ?? (await startEmbeddedClickHouse(options));
      first = null;
      pid = started.pid;
      void started.ended.then(() => {
        pid = undefined;
        logger.warn('ClickHouse ended');
      });
      return started;
    },
    onError: (error) => logger.error({ err: error }, 'ClickHouse did not start'),
    pause,
  });
  return {
    url,
    get pid() {
      return pid;
    },
    close: kept.close,
  };
};
