import pg from 'pg';

export interface PoolOptions {
  /** `postgres://…`; `sslmode` in it asks for TLS. */
  url: string;
  /** Connections at most. */
  connections: number;
  /** Shown in pg_stat_activity. */
  name: string;
  /** Called for connections that break; queries report their own errors, and the pool replaces broken connections. */
  onError: (error: Error) => void;
}

/** Opens a pool; connections are made when first used, and none takes longer than 10 s. */
export const openPool = ({ url, connections, name, onError }: PoolOptions): pg.Pool => {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    // A query that hangs on a dead connection must not hang its caller for good.
    query_timeout: 60_000,
    keepAlive: true,
    application_name: name,
  });
  pool.on('error', onError);
  // The pool listens only while a connection lies idle: one that breaks while lent out would end the process.
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
};
