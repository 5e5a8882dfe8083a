import { once } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { endProcess, type Logger } from '@whisper-bot/runtime';
import { reachableBinaries } from './binary.js';
import { ensureCluster, role } from './cluster.js';
import { ensureDatabase } from './database.js';
import { launch, type OwnServer } from './launch.js';
import { findServer } from './lock-file.js';
import { choosePort } from './port.js';
import { systemUser } from './system-user.js';

/** Fast shutdown; where it hangs, immediate shutdown: the next start recovers. */
const shutdown = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 10_000],
] as const;

export interface EmbeddedPostgresOptions {
  /** Where the cluster lives; for root a folder the user `postgres` can enter, e.g. /var/lib/whisper-bot/postgres. */
  dir: string;
  logger: Logger;
  /** Starts the server again when it dies or when the process that had started it ends; default true. */
  supervise?: boolean;
  /** Settings of the server over the built-in ones (postgresql.conf names). */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** `postgres://…@127.0.0.1:port/whisper_bot`, with its password: not for logs. */
  readonly url: string;
  /** False where a server of another process was found and is used. */
  readonly owner: boolean;
  /** Of the server this process started last; undefined where it runs no more, or someone else's is used. */
  readonly pid: number | undefined;
  /** Stops the server (fast shutdown) where this process started it. */
  close(): Promise<void>;
}

/**
 * Starts PostgreSQL on a folder, or joins the server that already runs there. The first start (initdb) takes about a
 * second. When the process that started it ends, the server ends; another process that uses it starts it again at the
 * same port. Throws with one clear sentence where it cannot run.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const { logger } = options;
  const dir = resolve(options.dir);
  const user = await systemUser();
  // The umask must not lock the user `postgres` out of its own folder; the cluster inside is 0700.
  if ((await mkdir(dir, { recursive: true, mode: 0o755 })) !== undefined) await chmod(dir, 0o755);
  const binaries = await reachableBinaries(dir, user);
  const cluster = await ensureCluster(dir, binaries, user);
  const closing = new AbortController();
  let own: OwnServer | null = null;
  /** The port everyone knows: a server that comes back comes back there, however long someone else holds it. */
  let lastPort: number | null = null;

  /** Resolves to the port of a server that accepts connections. */
  const ensure = async (): Promise<number> => {
    // A server that shuts down, or the last of a killed one, may hold the folder for a while.
    const deadline = performance.now() + 60_000;
    for (let attempt = 1; ; attempt += 1) {
      closing.signal.throwIfAborted();
      try {
        const found = await findServer(cluster.data);
        if (found?.ready) return found.port;
        if (found === null) {
          own = await launch(binaries, cluster, {
            port: lastPort ?? (await choosePort(cluster.folder)),
            user,
            extra: options.settings ?? {},
          });
          if (own !== null) return own.port;
        }
      } catch (error) {
        if (performance.now() > deadline || attempt >= 20) throw error;
      }
      if (performance.now() > deadline) throw new Error(`The PostgreSQL in ${dir} neither starts nor ends.`);
      await wait(Math.min(50 * attempt, 500));
    }
  };

  const supervise = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const ended = own === null ? wait(500, undefined, { ref: false }) : exited(own);
      await Promise.race([ended, aborted(closing.signal)]);
      if (closing.signal.aborted) return;
      if (own === null && (await findServer(cluster.data)) !== null) continue;
      logger.warn({ dir }, 'PostgreSQL exited: restarting');
      own = null;
      await ensure().catch((error: unknown) => logger.error({ err: error, dir }, 'PostgreSQL start failed'));
      await wait(200, undefined, { ref: false });
    }
  };

  const port = await ensure();
  lastPort = port;
  const url = `postgres://${role}:${cluster.password}@127.0.0.1:${port}/${role}`;
  await ensureDatabase(url);
  const supervision = options.supervise === false ? Promise.resolve() : supervise();
  const owner = own !== null;
  logger.info({ dir, port, owner }, 'PostgreSQL ready');
  return {
    url,
    owner,
    get pid() {
      return own?.child.exitCode === null && own.child.signalCode === null ? own.child.pid : undefined;
    },
    close: async () => {
      closing.abort();
      await supervision;
      if (own !== null) await endProcess(own.child, shutdown);
    },
  };
};

const exited = async ({ child }: OwnServer): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

const aborted = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await once(signal, 'abort');
};
