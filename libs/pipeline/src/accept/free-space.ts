import { statfs } from 'node:fs/promises';
import { remember } from '@whisper-bot/runtime';

/** Milliseconds a reading is good for: a disk does not fill up faster than its bound is wide. */
const freshness = 1000;

/** The free space on the shared volume. */
export interface FreeSpace {
  /** Bytes a process without privileges may still write. */
  free(): Promise<number>;
}

export const createFreeSpace = (directory: string): FreeSpace => ({
  free: remember(async () => {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  }, freshness),
});
