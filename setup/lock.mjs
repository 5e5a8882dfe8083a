import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';

/**
 * Runs `work` while no other process on this machine runs under the same name. The lock is an abstract Unix socket: the
 * kernel frees it the moment its owner dies, so there is no stale lock to clean up and none to guess about.
 * @template T
 * @param {string} name
 * @param {{ onWait: () => void, signal: AbortSignal }} options `onWait` is called once if another process holds the lock;
 *   the signal ends the waiting
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const withLock = async (name, { onWait, signal }, work) => {
  const address = `\0whisper-bot-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  let announced = false;
  for (;;) {
    const letGo = await hold(address);
    if (letGo) {
      try {
        return await work();
      } finally {
        letGo();
      }
    }
    if (!announced) onWait();
    announced = true;
    await untilReleased(address, signal);
    signal.throwIfAborted();
  }
};

/**
 * @param {string} address
 * @returns {Promise<(() => void) | null>} lets go; null where another process holds it
 */
const hold = (address) =>
  new Promise((resolve, reject) => {
    // Waiters connect and sit: their end of the connection closes when this process lets go, or ends in any other way.
    const waiters = new Set();
    const server = createServer((waiter) => {
      waiters.add(waiter);
      waiter.on('error', () => {}).on('close', () => waiters.delete(waiter));
    });
    server.once('error', (error) => {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(address, () => {
      server.unref();
      resolve(() => {
        server.close();
        for (const waiter of waiters) waiter.destroy();
      });
    });
  });

/**
 * @param {string} address
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
const untilReleased = (address, signal) =>
  new Promise((resolve) => {
    const socket = connect({ path: address, signal });
    socket.on('error', () => {}).on('close', () => resolve());
    socket.resume();
  });
