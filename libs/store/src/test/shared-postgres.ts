import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@whisper-bot/embedded';
import { createLogger } from '@whisper-bot/runtime';
import { temporaryDirectory } from '@whisper-bot/testing';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openStore } from '../store.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the socket that answers with the address of the run's PostgreSQL. */
    postgresSocket: string;
  }
}

/** The database that others are copied from: the newest schema, nothing in its tables. */
export const template = 'template_whisper_bot';

/** What outlives a crash is of no interest here; tests that crash a server have one of their own. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '400' };

/**
 * One PostgreSQL for all tests of a run (vitest's `globalSetup`), started when the first test asks for it: to make a cluster costs more than most tests
 * that need a database.
 */
const shareDatabase = async (project: TestProject): Promise<() => Promise<void>> => {
  const directory = await temporaryDirectory('postgres-of-tests');
  // As root, PostgreSQL runs as a user of its own, who must get in.
  await chmod(directory.path, 0o711);
  let running: ReturnType<typeof start> | undefined;
  const server = createServer((visitor) => {
    visitor.on('error', () => undefined);
    running ??= start(join(directory.path, 'postgres'));
    running.then(
      ({ url }) => visitor.end(JSON.stringify({ url })),
      (error: unknown) => visitor.end(JSON.stringify({ error: String(error) })),
    );
  });
  const path = join(directory.path, 'ask');
  server.listen(path);
  await once(server, 'listening');
  project.provide('postgresSocket', path);
  return async () => {
    server.close();
    const started = await running?.catch(() => undefined);
    await started?.close();
    await directory.remove();
  };
};
export default shareDatabase;

const start = async (dir: string) => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  const server = await startEmbeddedPostgres({ dir, logger, settings });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database ${template}`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${template}`;
  const store = await openStore({ url: url.href, logger });
  await store.close();
  return server;
};
