import { randomUUID } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@whisper-bot/embedded';
import { createLogger } from '@whisper-bot/runtime';
import { type TemporaryDirectory, temporaryDirectory } from '@whisper-bot/testing';
import pg from 'pg';

export const logger = createLogger({ name: 'test', level: 'silent' });

/** A real PostgreSQL of its own for a test file. */
export interface TestServer extends EmbeddedPostgres {
  directory: TemporaryDirectory;
  /** The URL of a new, empty database. */
  fresh(): Promise<string>;
}

export const startServer = async (): Promise<TestServer> => {
  const directory = await temporaryDirectory('store');
  // As root the server runs as the user `postgres`, who must be able to enter.
  await chmod(directory.path, 0o755);
  const server = await startEmbeddedPostgres({ dir: join(directory.path, 'postgres'), logger });
  return {
    ...server,
    get pid() {
      return server.pid;
    },
    directory,
    fresh: async () => {
      const name = `test_${randomUUID().replaceAll('-', '')}`;
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    close: async () => {
      await server.close();
      await directory.remove();
    },
  };
};
