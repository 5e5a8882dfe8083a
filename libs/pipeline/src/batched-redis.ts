import type { Socket } from 'node:net';
import { Redis } from 'ioredis';

/**
 * A client whose commands of one turn of the event loop leave in one write: with many jobs at once, system calls are what a
 * command costs most. Unlike ioredis's own pipelining it leaves each command on its own: what an outage cuts off is sent again.
 */
export class BatchedRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const { stream } = this as unknown as { stream?: Socket };
    if (stream !== undefined && stream.writableCorked === 0) {
      stream.cork();
      setImmediate(() => stream.uncork());
    }
    return super.sendCommand(...args);
  }
}
