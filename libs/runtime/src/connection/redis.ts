import { reconnectPause } from './pause.js';

/** What a Redis says that is no longer the one to write to: a failover made it a replica, or its master is gone. */
const demoted = /^(READONLY|UNBLOCKED)\b/;

/**
 * How every client of ours survives Redis's absence; for ioredis. A server that became a replica keeps its connections and
 * refuses every write: the connection is made again, to wherever the address leads by then, and the command sent again.
 */
export const resilientRedis = {
  /** A server that answers no handshake is tried again; milliseconds. */
  connectTimeout: 5000,
  /** A peer that vanished without a word is noticed by the kernel's probes, the first after so many milliseconds. */
  keepAlive: 15_000,
  retryStrategy: (attempt: number): number => reconnectPause(attempt),
  reconnectOnError: ({ message }: Error): false | 2 => (demoted.test(message) ? 2 : false),
} as const;
