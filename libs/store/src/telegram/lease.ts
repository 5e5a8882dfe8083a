import { randomUUID } from 'node:crypto';
import { deferred, keepConnected } from '@whisper-bot/runtime';
import type pg from 'pg';
import { openSession } from '../session.js';

/** The right to be the only process that works with a bot's token. */
export interface Lease {
  release(): Promise<void>;
}

/** Another process holds the lease. */
class Taken extends Error {}

/**
 * Takes the lease of a bot, or gives null where another process has it. It is a session lock of PostgreSQL: it ends
 * with its connection, so that a killed bot does not keep the next one waiting. Rejects where PostgreSQL is away; once
 * taken, the lease is taken again whenever its connection breaks.
 * @param onLost called where the lease was lost and someone else has it now
 */
export const takeLease = async (url: string, botId: number, onLost: () => void): Promise<Lease | null> => {
  const name = `whisper-bot lease ${randomUUID()}`;
  const begin = async (client: pg.Client): Promise<void> => {
    const { rows } = await client.query<{ taken: boolean }>(
      `select pg_try_advisory_lock(hashtextextended('telegram-bot:' || $1, 0)) as taken`,
      [botId],
    );
    if (rows[0]?.taken === true) return;
    // A session of ours that the server has not yet missed: the network was cut, and only this end knows.
    const own = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()`,
      [name],
    );
    throw own.rowCount === 0 ? new Taken() : new Error('The lease is still held by an earlier connection of ours.');
  };

  let held = false;
  const refused = deferred<never>();
  refused.promise.catch(() => undefined);
  const connection = keepConnected({
    open: (signal) => openSession({ url, name, begin }, signal),
    onError: (error) => {
      if (!held) refused.reject(error);
      else if (error instanceof Taken) {
        void connection.close();
        onLost();
      }
    },
  });
  try {
    await Promise.race([connection.opened, refused.promise]);
  } catch (error) {
    await connection.close();
    if (error instanceof Taken) return null;
    throw error;
  }
  held = true;
  return { release: connection.close };
};
