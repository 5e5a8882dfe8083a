import type { Socket } from 'node:net';
import { Redis } from 'ioredis';

/**
 * A client whose commands of one callback, with all promises it resolves, leave in one write: with many jobs at once, system
 * calls are what a command costs most. Redis begins while the rest of the event loop's turn still runs. Unlike ioredis's own
 * pipelining it leaves each command on its own: what an outage cuts off is sent again.
 */
export class BatchedRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const { stream } = this as unknown as { stream?: Socket };
    if (stream !== undefined && stream.writableCorked === 0) {
      stream.cork();
      process.nextTick(() => stream.uncork());
    }
    return super.sendCommand(...args);
  }
}
