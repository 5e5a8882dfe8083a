import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { inject } from 'vitest';
import { z } from 'zod';
import { template } from './shared-postgres.js';

/** A database that no one else uses. */
export interface TestDatabase {
  /** With its password. */
  readonly url: string;
  /** Closes all connections to it, and removes it. */
  drop(): Promise<void>;
}

/**
 * A new database on the PostgreSQL that all tests of a run share, with the newest schema or, where it is to be `bare`, without any. Who stops or kills a
 * server starts one of its own (startServer).
 */
export const freshDatabase = async ({ bare = false } = {}): Promise<TestDatabase> => {
  const shared = await sharedUrl();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(shared, `create database ${name}${bare ? '' : ` template ${template}`}`);
  const url = new URL(shared);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(shared, `drop database if exists ${name} with (force)`) };
};

const answerSchema = z.union([z.object({ url: z.string() }), z.object({ error: z.string() })]);

const sharedUrl = async (): Promise<string> => {
  const answer = answerSchema.parse(JSON.parse(await text(connect(inject('postgresSocket')))));
  if ('error' in answer) throw new Error(`the PostgreSQL of the tests did not start: ${answer.error}`);
  return answer.url;
};

const administer = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};
