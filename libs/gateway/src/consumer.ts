import { hasEnded, ownIdentity, parseIdentity, processIdentitySchema } from '@whisper-bot/runtime';
import { z } from 'zod';
import { group, type Streams } from './stream.js';

/** What the registry says of a consumer: its process, and whether it has closed while that goes on. */
const registeredSchema = processIdentitySchema.extend({ closed: z.boolean().default(false) });

export interface ConsumerRegistryOptions {
  reader: Streams;
  stream: string;
  /** The key of the registry, a hash by consumer. */
  consumers: string;
  /** Of this process. */
  consumer: string;
}

/** Which process each consumer of the group is, so that what a dead one held need not wait until it has been silent for long. */
export interface ConsumerRegistry {
  /** To be repeated, as Redis may have been emptied. */
  register(): Promise<void>;
  /** Says that nothing more is done under this name, though the process may go on: what it still holds is free. */
  close(): Promise<void>;
  /** Other consumers whose process was on this machine and has ended, or who have closed. */
  ended(): Promise<string[]>;
  /** Forgets a consumer that holds nothing more. */
  remove(consumer: string): Promise<void>;
}

/** Opens the registry; it keeps no state of its own. */
export const createConsumerRegistry = (options: ConsumerRegistryOptions): ConsumerRegistry => {
  const { reader, stream, consumers, consumer } = options;
  const write = (closed: boolean) =>
    reader.hset(consumers, consumer, JSON.stringify({ ...ownIdentity(), ...(closed ? { closed } : {}) }));
  return {
    register: async () => {
      await write(false);
    },
    close: async () => {
      await write(true);
    },
    ended: async () => {
      const names: string[] = [];
      for (const [name, text] of Object.entries(await reader.hgetall(consumers))) {
        if (name === consumer) continue;
        const registered = parseIdentity(text, registeredSchema);
        if (registered !== undefined && (registered.closed || (await hasEnded(registered)))) names.push(name);
      }
      return names;
    },
    remove: async (ended) => {
      await reader.xgroup('DELCONSUMER', stream, group, ended);
      await reader.hdel(consumers, ended);
    },
  };
};
