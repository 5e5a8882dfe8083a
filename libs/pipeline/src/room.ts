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
  let bytes = Promise.resolve(0);
  return {
    free: () => {
      if (performance.now() - read < freshFor) return bytes;
      read = performance.now();
      bytes = statfs(directory).then(({ bavail, bsize }) => bavail * bsize);
      // What could not be read is asked again, by the next one.
      bytes.catch(() => {
        read = Number.NEGATIVE_INFINITY;
      });
      return bytes;
    },
  };
};
