import { open, readFile, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
};

/**
 * Runs the work while no other process does, so that two that start at once do not compile twice. Only a matter of
 * economy: the result is put in place atomically whoever wins, so a lock left by a dead process may simply be taken.
 *
 * @template T
 * @param {string} path of the lock file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const withLock = async (path, work) => {
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    // An empty file is a lock whose owner has not yet written its pid, or died doing so: one more look tells.
    if (owner > 0 ? !isAlive(owner) : await stillEmpty(path)) await rm(path, { force: true });
    await wait(200);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
};

/** @param {string} path */
const stillEmpty = async (path) => {
  await wait(1000);
  return (await readFile(path, 'utf8').catch(() => 'gone')) === '';
};
