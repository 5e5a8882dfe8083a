import { statfs } from 'node:fs/promises';

/** Bytes a process without privileges may still write below the directory. */
export const freeBytes = async (directory: string): Promise<number> => {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
};
