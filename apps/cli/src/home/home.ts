import { chmod, mkdir, stat } from 'node:fs/promises';

/**
 * Makes the state directory where it is missing. What is in it is closed to others folder by folder; the directory itself
 * can be passed through, because the embedded PostgreSQL of root runs as another user.
 */
export const ensureHome = async (home: string): Promise<void> => {
  await mkdir(home, { recursive: true, mode: 0o711 });
  const { mode } = await stat(home);
  if (process.getuid?.() === 0 && (mode & 0o001) === 0) await chmod(home, mode | 0o011);
};
