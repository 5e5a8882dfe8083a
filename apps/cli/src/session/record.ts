import { join } from 'node:path';
import type { Config } from '@whisper-bot/config';
import { startEmbeddedPostgres } from '@whisper-bot/embedded';
import { createLogger } from '@whisper-bot/runtime';
import { openStore, type Store } from '@whisper-bot/store';
import { CliError } from '../failure.js';
import { ensureHome } from '../home/home.js';
import { isHomeHeld } from '../home/home-lock.js';
import { readUp } from '../home/up-file.js';

const logger = createLogger({ name: 'cli', level: 'silent' });

/**
 * Opens the record of this home for the length of one piece of work: in the database of the running `up`, else in the one
 * that DATABASE_URL names, else in the private one, which then runs for as long as that. Throws CliError where none can be
 * reached.
 */
export const withRecord = async <T>(config: Config, work: (store: Store) => Promise<T>): Promise<T> => {
  const { url, close } = await findDatabase(config);
  try {
    const store = await openStore({ url, logger, connections: 2 }).catch((error: unknown) => {
      // The message names the host or the user, never the password.
      throw new CliError(`PostgreSQL does not answer: ${error instanceof Error ? error.message : String(error)}`);
    });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } finally {
    await close();
  }
};

const findDatabase = async ({ home, databaseUrl }: Config): Promise<{ url: string; close(): Promise<void> }> => {
  const elsewhere = (url: string) => ({ url, close: async () => undefined });
  if (await isHomeHeld(home)) {
    const up = await readUp(home);
    if (up === null) throw new CliError('The running whisper-bot is just starting; try again in a moment.');
    if (up.databaseUrl === null) throw new CliError('The running whisper-bot has no PostgreSQL.');
    return elsewhere(up.databaseUrl);
  }
  if (databaseUrl !== null) return elsewhere(databaseUrl);
  await ensureHome(home);
  return startEmbeddedPostgres({ dir: join(home, 'postgres'), logger });
};
