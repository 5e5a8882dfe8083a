import { copyFile, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

export interface RotateOptions {
  /** Bytes of a log above which it is rotated. */
  largest: number;
  /** Milliseconds after which it is rotated in any case. */
  oldest: number;
  /** Files kept beside each log, `worker.log.1` the newest. */
  kept: number;
  /** Milliseconds after which such a file goes. */
  lifetime: number;
  /** Milliseconds between two looks. */
  interval: number;
}

const day = 24 * 3600_000;
const usual: RotateOptions = { largest: 10 * 1024 ** 2, oldest: day, kept: 5, lifetime: 14 * day, interval: 60_000 };

/**
 * Keeps the logs of an installation small: each is copied and emptied, as its writers hold it open and append. The lines of the
 * moment between are lost. Returns how to stop.
 */
export const rotateLogs = (
  directory: string,
  given: Partial<RotateOptions> = {},
  onError: (error: unknown) => void = () => {},
): (() => void) => {
  const options = { ...usual, ...given };
  const since = new Map<string, number>();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    rotateAll(directory, options, since)
      .catch(onError)
      .finally(() => {
        busy = false;
      });
  }, options.interval);
  timer.unref();
  return () => clearInterval(timer);
};

const rotateAll = async (directory: string, options: RotateOptions, since: Map<string, number>): Promise<void> => {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const info = await stat(path).catch(() => null);
    if (info === null || !info.isFile()) continue;
    if (/\.log\.\d+$/.test(name)) {
      if (Date.now() - info.mtimeMs > options.lifetime) await rm(path, { force: true });
      continue;
    }
    // PostgreSQL keeps its own in order (`postgres-Mon.log`).
    if (!name.endsWith('.log') || /^postgres-/.test(name)) continue;
    const now = performance.now();
    const begun = since.get(name) ?? now;
    since.set(name, begun);
    if (info.size === 0 || (info.size <= options.largest && now - begun < options.oldest)) continue;
    await rotate(path, options.kept);
    since.set(name, now);
  }
};

const rotate = async (path: string, kept: number): Promise<void> => {
  for (let number = kept - 1; number >= 1; number -= 1)
    await rename(`${path}.${number}`, `${path}.${number + 1}`).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    });
  await copyFile(path, `${path}.1`);
  await truncate(path);
};
