import { hasEnded, ownIdentity, parseIdentity, processIdentitySchema } from '@whisper-bot/runtime';
import type { QueueName } from '../catalogue.js';
import type { Connection } from '../redis/connection.js';

/**
 * Says which process takes jobs of a queue under which worker's name, so that the locks of one that was killed on this machine need not
 * run out first: what it held is let go, and may be taken at once.
 */
export const createHolder = (connection: Connection, queue: QueueName, worker: string) => {
  const { prefix } = connection.options;
  const key = `${prefix}:holders:${queue}`;
  const base = `${prefix}:${queue}`;
  // Not the blocking connection, which the queue's worker uses and closes with: a look must not wait through an outage.
  const redis = connection.failFast;

  /**
   * BullMQ's keys: the list of running jobs, a lock that begins with the worker's name, the set of those to look at next, and the mark that
   * keeps the next look for stalled jobs from coming too soon.
   */
  const letGo = async (dead: string): Promise<number> => {
    let released = 0;
    for (const job of await redis.lrange(`${base}:active`, 0, -1))
      released += await redis.releaseLock(`${base}:${job}:lock`, `${base}:stalled`, `${dead}:`, job);
    if (released > 0) await redis.del(`${base}:stalled-check`);
    await redis.hdel(key, dead);
    return released;
  };

  return {
    /** Gives a sign and looks after the others; to be repeated, as Redis may have been emptied. How many jobs of dead ones were let go. */
    look: async (): Promise<number> => {
      let released = 0;
      await redis.hset(key, worker, JSON.stringify(ownIdentity()));
      for (const [name, text] of Object.entries(await redis.hgetall(key))) {
        const holder = parseIdentity(text, processIdentitySchema);
        if (name !== worker && holder !== undefined && (await hasEnded(holder))) released += await letGo(name);
      }
      return released;
    },
    close: async (): Promise<void> => {
      await connection.failFast.hdel(key, worker).catch(() => 0);
    },
  };
};
