import type pg from 'pg';

/** Runs work while no other process runs work of the same name; null, and nothing run, where one does. */
export type Exclusively = <T>(name: string, work: () => Promise<T>) => Promise<T | null>;

/**
 * Locks that live as long as their connection: a killed process leaves none behind. The pool must be one of their own: a
 * holder needs further connections for its work.
 */
export const createExclusive =
  (pool: pg.Pool): Exclusively =>
  async (name, work) => {
    const client = await pool.connect();
    let broken = false;
    const ask = async (what: 'try_advisory_lock' | 'advisory_unlock'): Promise<boolean> => {
      const { rows } = await client
        .query<{ done: boolean }>(`select pg_${what}(hashtextextended($1, 0)) as done`, [`whisper-bot:${name}`])
        .catch((error: unknown) => {
          broken = true;
          throw error;
        });
      return rows[0]?.done === true;
    };
    try {
      if (!(await ask('try_advisory_lock'))) return null;
      try {
        return await work();
      } finally {
        // A connection that breaks has let go by itself.
        await ask('advisory_unlock').catch(() => undefined);
      }
    } finally {
      client.release(broken);
    }
  };
