import { execFile, spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAlive } from '@whisper-bot/runtime';

/** What a running server writes into `postmaster.pid` (src/include/utils/pidfile.h of PostgreSQL). */
export interface LiveServer {
  pid: number;
  port: number;
  /** It accepts connections. */
  ready: boolean;
}

/**
 * Whether the process is a server on this folder: after a reboot, or in a container that starts again, the pid in a
 * file left behind belongs to someone else. Where the system cannot show it, a live pid is believed.
 */
const serves = async (pid: number, data: string): Promise<boolean> => {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.split('\0').includes(data);
};

/** Beside the data: a server holds it (flock) as long as it or one of its children lives, whatever container sees them. */
const lockPath = (data: string): string => join(dirname(data), 'server.lock');
const heldElsewhere = 75;

let probed: boolean | undefined;
const hasFlock = (): boolean => {
  probed ??=
    spawnSync('flock', ['--nonblock', '--no-fork', '/dev/null', 'true'], { stdio: 'ignore', timeout: 5000 }).status ===
    0;
  return probed;
};

/** The command under the folder's lock; it ends with `exitCode` where another server holds it. As it is where there is no flock. */
export const underLock = (
  data: string,
  command: readonly string[],
): { command: readonly string[]; exitCode: number } => {
  const flags = ['--nonblock', '--no-fork', '--conflict-exit-code', String(heldElsewhere)];
  return {
    command: hasFlock() ? ['flock', ...flags, lockPath(data), ...command] : command,
    exitCode: heldElsewhere,
  };
};

/** Whether a server we may not even see (in another container, on the same volume) runs on the folder. */
const isHeld = (data: string): Promise<boolean> =>
  hasFlock()
    ? new Promise((resolve) => {
        const args = ['--nonblock', '--conflict-exit-code', String(heldElsewhere), lockPath(data), 'true'];
        execFile('flock', args, { timeout: 5000 }, (error) => resolve(error?.code === heldElsewhere));
      })
    : Promise.resolve(false);

/**
 * The server that runs on this folder, or null; a lock file left behind by a crash is removed. A server that cannot be seen from
 * here is never ready: its address means nothing here.
 */
export const findServer = async (data: string): Promise<LiveServer | null> => {
  const path = join(data, 'postmaster.pid');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  if (await serves(pid, data)) return { pid, port: Number(lines[3] ?? 0), ready: lines[7] === 'ready' };
  // Another container has other numbers: only the lock shows whether the server lives.
  if (await isHeld(data)) return { pid, port: Number(lines[3] ?? 0), ready: false };
  // The file may be a newer server's by now: only the one we judged is removed.
  if ((await readFile(path, 'utf8').catch(() => null)) === text) await rm(path, { force: true });
  return null;
};
