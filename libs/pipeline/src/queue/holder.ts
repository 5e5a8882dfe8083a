import { hasEnded, ownIdentity } from '@whisper-bot/runtime';
import { z } from 'zod';
import type { QueueName } from '../catalogue.js';
import type { Connection } from '../redis/connection.js';

const holderSchema = z.object({ host: z.string(), pid: z.number().int(), birth: z.string() });

/**
 * Says which process takes jobs of a queue under which worker's name, so that the locks of one that was killed on this machine need not
 * run out first: what it held is let go, and BullMQ's next look for stalled jobs gives it to another.
 */
export const createHolder = (connection: Connection, queue: QueueName, worker: string) => {
  const { prefix } = connection.options;
  const key = `${prefix}:holders:${queue}`;
  const base = `${prefix}:${queue}`;
  // Not the blocking connection, which the queue's worker uses and closes with: a look must not wait through an outage.
  const redis = connection.failFast;

  /** BullMQ's keys: the list of running jobs, a lock that begins with the worker's name, the set of those to look at next. */
  const letGo = async (dead: string): Promise<void> => {
    for (const job of await redis.lrange(`${base}:active`, 0, -1))
      await redis.releaseLock(`${base}:${job}:lock`, `${base}:stalled`, `${dead}:`, job);
    await redis.hdel(key, dead);
  };

  return {
    /** Gives a sign and looks after the others; to be repeated, as Redis may have been emptied. */
    look: async (): Promise<void> => {
      await redis.hset(key, worker, JSON.stringify(ownIdentity()));
      for (const [name, text] of Object.entries(await redis.hgetall(key))) {
        const holder = holderSchema.safeParse(JSON.parse(text)).data;
        if (name !== worker && holder !== undefined && (await hasEnded(holder))) await letGo(name);
      }
    },
    close: async (): Promise<void> => {
      await connection.failFast.hdel(key, worker).catch(() => 0);
    },
  };
};
