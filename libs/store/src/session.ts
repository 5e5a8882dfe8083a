import { Socket } from 'node:net';
import type { Link } from '@whisper-bot/runtime';
import pg from 'pg';

export interface SessionOptions {
  /** `postgres://…`; `sslmode` in it asks for TLS. */
  url: string;
  /** Shown in pg_stat_activity. */
  name: string;
  /** Done on the new connection before it counts as open; throwing closes it. */
  begin(client: pg.Client): Promise<void>;
  /** Called with the payload of each notification. */
  onNotification?: (payload: string | undefined) => void;
  /** Milliseconds a connection or an answer may take, or a silent server counts as broken; default 10 000. */
  patience?: number;
  /** Milliseconds between two checks whether the other end is still there; default 15 000. */
  beat?: number;
}

/** Milliseconds a polite end may take before the socket is cut. */
const farewell = 1000;

/**
 * One connection that lives long: for LISTEN, or for a lock that its session holds. It is asked for signs of life, because a
 * peer that vanished without a word breaks no connection. For `keepConnected`.
 */
export const openSession = async (options: SessionOptions, signal: AbortSignal): Promise<Link> => {
  signal.throwIfAborted();
  const { url, name, begin, onNotification, patience = 10_000, beat = 15_000 } = options;
  // A socket of our own: whatever state the client is in, it can be cut.
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: url,
    stream: () => socket,
    keepAlive: true,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    application_name: name,
  });
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // The end is what is acted on; without a listener an error would end the process.
  client.on('error', () => socket.destroy());
  client.on('notification', ({ payload }) => onNotification?.(payload));
  const cut = (): void => void socket.destroy();
  signal.addEventListener('abort', cut, { once: true });
  try {
    await client.connect();
    await begin(client);
    signal.throwIfAborted();
  } catch (error) {
    cut();
    throw error;
  } finally {
    signal.removeEventListener('abort', cut);
  }
  let asked = false;
  const timer = setInterval(() => {
    if (asked) return;
    asked = true;
    client.query('select 1').then(() => {
      asked = false;
    }, cut);
  }, beat);
  void ended.then(() => clearInterval(timer));
  return {
    ended,
    close: async () => {
      const overdue = setTimeout(cut, farewell);
      client.end().catch(cut);
      await ended;
      clearTimeout(overdue);
    },
  };
};
