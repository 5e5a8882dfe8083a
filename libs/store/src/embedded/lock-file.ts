import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What a running server writes into `postmaster.pid` (src/include/utils/pidfile.h of PostgreSQL). */
export interface LiveServer {
  pid: number;
  port: number;
  /** It accepts connections. */
  ready: boolean;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/**
 * Whether the process is a server on this folder: after a reboot, or in a container that starts again, the pid in a
 * file left behind belongs to somebody else. Where the system does not tell, a live pid is believed.
 */
const serves = async (pid: number, data: string): Promise<boolean> => {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.split('\0').includes(data);
};

/** The server that runs on this folder, or null; a lock file left behind by a crash is removed. */
export const findServer = async (data: string): Promise<LiveServer | null> => {
  const path = join(data, 'postmaster.pid');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  if (await serves(pid, data)) return { pid, port: Number(lines[3] ?? 0), ready: lines[7] === 'ready' };
  // The file may be a newer server's by now: only the one we judged is removed.
  if ((await readFile(path, 'utf8').catch(() => null)) === text) await rm(path, { force: true });
  return null;
};
