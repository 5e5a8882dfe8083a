import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTail } from '@whisper-bot/runtime';
import type { Binaries } from './binary.js';
import { postgresEnvironment } from './environment.js';
import type { SystemUser } from './system-user.js';

/** A folder of data that `initdb` has made, and the password that opens it. */
export interface Cluster {
  folder: string;
  data: string;
  password: string;
}

/** Name of the only role: it owns the database. */
export const role = 'whisper_bot';

const load = async (folder: string): Promise<Cluster | null> => {
  const data = join(folder, 'data');
  const made = await lstat(join(data, 'PG_VERSION')).catch(() => null);
  if (made === null) return null;
  return { folder, data, password: (await readFile(join(folder, 'password'), 'utf8')).trim() };
};

/** The cluster below `dir`, made where there is none. Several processes at once end with the same one. */
export const ensureCluster = async (dir: string, binaries: Binaries, user: SystemUser | null): Promise<Cluster> => {
  const folder = join(dir, 'cluster');
  const known = await load(folder);
  if (known !== null) return known;
  // Made beside its place and renamed: a crash in the middle leaves nothing that looks finished.
  const half = join(dir, `cluster.${process.pid}.${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(half, { recursive: true, mode: 0o700 });
    const password = join(half, 'password');
    await writeFile(password, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
    if (user !== null) for (const path of [half, password]) await chown(path, user.uid, user.gid);
    await initialise(binaries, { data: join(half, 'data'), password, cwd: half }, user);
    await rename(half, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  const cluster = await load(folder);
  if (cluster === null) throw new Error(`initdb left no cluster in ${folder}`);
  return cluster;
};

const initialise = (
  binaries: Binaries,
  place: { data: string; password: string; cwd: string },
  user: SystemUser | null,
): Promise<void> => {
  // The built-in locale does not depend on what the system has installed, so data moves between machines.
  const args = [
    `--pgdata=${place.data}`,
    `--username=${role}`,
    `--pwfile=${place.password}`,
    '--auth=scram-sha-256',
    '--data-checksums',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--text-search-config=russian',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(binaries.initdb, args, {
      ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
      cwd: place.cwd,
      env: postgresEnvironment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const complaint = createTail(4000);
    child.stderr.on('data', complaint.add);
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`initdb failed (${code}): ${complaint.text()}`)),
    );
  });
};
