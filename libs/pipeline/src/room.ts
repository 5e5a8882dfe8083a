import { statfs } from 'node:fs/promises';

/** Milliseconds a reading is good for: a disk does not fill up faster than its bound is wide. */
const freshFor = 1000;

/** The room on the shared volume. */
export interface Room {
  /** Bytes a process without privileges may still write. */
  free(): Promise<number>;
}

export const createRoom = (directory: string): Room => {
  let read = Number.NEGATIVE_INFINITY;
  let bytes = 0;
  return {
    free: async () => {
      if (performance.now() - read < freshFor) return bytes;
      const { bavail, bsize } = await statfs(directory);
      read = performance.now();
      bytes = bavail * bsize;
      return bytes;
    },
  };
};
