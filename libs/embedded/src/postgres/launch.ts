import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { createTail, withParentDeathSignal } from '@whisper-bot/runtime';
import type { Binaries } from './binary.js';
import type { Cluster } from './cluster.js';
import { postgresEnvironment } from './environment.js';
import { findServer, underLock } from './lock-file.js';
import type { SystemUser } from './system-user.js';

/** A server this process has started. */
export interface OwnServer {
  child: ChildProcess;
  port: number;
}

/** Small: this database serves one machine beside speech engines that need the memory. */
const settings = (port: number): Record<string, string> => ({
  listen_addresses: '127.0.0.1',
  port: String(port),
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '512MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  // Containers have 64 MB of /dev/shm: no parallel queries, which would need it.
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  jit: 'off',
  io_method: 'sync',
  // To files, not into a pipe: a server must not stand still because its parent does not read.
  logging_collector: 'on',
  log_directory: '../log',
  log_filename: 'postgres-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_min_messages: 'warning',
  // Neither the refused row nor the statement: both may hold what people said.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_timezone: 'UTC',
  timezone: 'UTC',
});

/**
 * Starts the server and waits until it accepts connections or ends: a recovery after a crash takes what it takes.
 * The kernel shuts it down cleanly (SIGINT: fast shutdown) when this process dies, even by SIGKILL; and it has a session
 * of its own, so that Ctrl-C in the terminal reaches us first. Null where another server already runs on the cluster.
 */
export const launch = async (
  binaries: Binaries,
  cluster: Cluster,
  options: { port: number; user: SystemUser | null; extra: Readonly<Record<string, string>> },
): Promise<OwnServer | null> => {
  const { port, user } = options;
  const flags = Object.entries({ ...settings(port), ...options.extra }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  const locked = underLock(cluster.data, [binaries.postgres, '-D', cluster.data, ...flags]);
  const [program = '', ...given] = locked.command;
  const { command, args } = withParentDeathSignal(program, given, 'INT');
  const child = spawn(command, args, {
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
    cwd: cluster.folder,
    env: postgresEnvironment,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const complaint = createTail(4000);
  child.stderr?.on('data', complaint.add);
  let failed: Error | null = null;
  child.once('error', (error) => {
    failed = error;
  });
  for (;;) {
    if (failed !== null) throw failed;
    if (child.exitCode !== null || child.signalCode !== null) {
      if (child.exitCode === locked.exitCode || /lock file "postmaster.pid" already exists/.test(complaint.text()))
        return null;
      throw new Error(`PostgreSQL did not start (log in ${cluster.folder}/log): ${complaint.text()}`);
    }
    const server = await findServer(cluster.data);
    if (server?.pid === child.pid && server?.ready) return { child, port };
    await wait(20);
  }
};
