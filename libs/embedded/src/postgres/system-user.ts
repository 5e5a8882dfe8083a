import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** The account that owns the cluster where we are root: PostgreSQL refuses to run as root. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

const name = 'postgres';

const find = async (): Promise<SystemUser | null> => {
  const accounts = await readFile('/etc/passwd', 'utf8');
  for (const line of accounts.split('\n')) {
    const [account, , uid, gid] = line.split(':');
    if (account === name) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
};

/**
 * Null for an ordinary user, who runs the server himself; for root the user `postgres`, made where it is missing
 * (a bare Debian container has none). Throws with the one command to give where it cannot be made.
 */
export const systemUser = async (): Promise<SystemUser | null> => {
  if (process.getuid?.() !== 0) return null;
  const known = await find();
  if (known !== null) return known;
  const args = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    name,
  ];
  const made = spawnSync('useradd', args, { encoding: 'utf8', timeout: 10_000 });
  // Two processes may have tried at once: what counts is that the user exists now.
  const user = await find();
  if (user !== null) return user;
  throw new Error(`PostgreSQL does not run as root and needs a system user; run: useradd ${args.join(' ')}`, {
    cause: made.error ?? made.stderr,
  });
};
