import pg from 'pg';

/** The right to be the only process that works with a bot's token. */
export interface Lease {
  release(): Promise<void>;
}

/**
 * Takes the lease of a bot, or gives null where another process has it. It is a session lock of PostgreSQL: it ends
 * with its connection, so that a killed bot does not keep the next one waiting.
 * @param onLost called where the lease was lost and somebody else has it now
 */
export const takeLease = async (url: string, botId: number, onLost: () => void): Promise<Lease | null> => {
  let client: pg.Client | null = null;
  let released = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<boolean> => {
    const fresh = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'whisper-bot lease' });
    fresh.on('error', () => {});
    await fresh.connect();
    const { rows } = await fresh.query<{ taken: boolean }>(
      `select pg_try_advisory_lock(hashtextextended('telegram-bot:' || $1, 0)) as taken`,
      [botId],
    );
    if (rows[0]?.taken !== true) {
      await fresh.end();
      return false;
    }
    client = fresh;
    fresh.once('end', () => {
      client = null;
      if (!released) again();
    });
    return true;
  };

  /** PostgreSQL was away: the lock is taken again as soon as it is back. */
  const again = (): void => {
    timer = setTimeout(() => {
      connect().then(
        (taken) => {
          if (!taken && !released) onLost();
        },
        () => {
          if (!released) again();
        },
      );
    }, 500);
  };

  if (!(await connect())) return null;
  return {
    release: async () => {
      released = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
};
