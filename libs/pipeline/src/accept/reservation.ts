import { TaskError, type TaskId } from '@whisper-bot/task';
import { type Connection, unreachable } from '../redis/connection.js';
import type { FreeSpace } from './free-space.js';

/** Bytes of a second of decoded sound: 16 kHz, mono, 16 bit. */
const decodedSecond = 32_000;
/**
 * Decoded bytes for each byte of a recording whose length is unknown. Telegram's voice messages (Opus, measured 2 to 4 kB/s)
 * become about ten times as large; music and video become less. Where it is more, the worker finds out before it decodes.
 */
const unknownRatio = 10;
/** Milliseconds a place is held for a recording that is being received, unless it is renewed; a killed receiver's is free again then. */
const lease = 15 * 60_000;

/** Milliseconds in which a task that was given space is surely known to Redis. */
const settled = 60_000;

export interface Expected {
  /** Of the source that is still to be written, bytes; 0 where it is there. */
  incoming: number;
  /** Of the source, bytes; null where unknown. */
  bytes: number | null;
  /** Length of the recording, where the sender gave it; seconds. */
  seconds?: number | null | undefined;
}

/** Space on the volume that is promised to recordings, so that what was accepted can also be worked on. */
export interface Reservations {
  /**
   * Reserves space for a recording that is about to be received, or for what an accepted one becomes (`hold`: until it ends). Asked again
   * it replaces what was kept. Throws TaskError `no-space` where the rest of the volume, without what others were promised and
   * without what must stay free, is smaller.
   */
  reserve(id: TaskId, expected: Expected, hold: 'lease' | 'task'): Promise<void>;
  /** The receiver lives still. */
  renew(id: TaskId): Promise<void>;
  release(id: TaskId): Promise<void>;
  /** Bytes promised at the moment. */
  promised(): Promise<number>;
  /** Ids that hold space: `task` until their task has been prepared or has ended, `expired` those whose lease has run out. */
  holders(): Promise<{ id: string; state: 'task' | 'held' | 'expired' }[]>;
}

export interface ReservationOptions {
  connection: Connection;
  space: FreeSpace;
  /** Bytes that must stay free. */
  minimumFree: number;
  /** Longest recording that is decoded, seconds. */
  maximumSeconds: () => number;
}

export const reservationKey = (connection: Connection): string => `${connection.options.prefix}:room`;

export const createReservations = ({
  connection,
  space,
  minimumFree,
  maximumSeconds,
}: ReservationOptions): Reservations => {
  const key = reservationKey(connection);
  const guarded = <T>(asked: Promise<T>): Promise<T> =>
    asked.catch((error: unknown) => {
      throw unreachable(error);
    });
  return {
    reserve: async (id, { incoming, bytes, seconds }, hold) => {
      const length = Math.min(maximumSeconds(), seconds ?? ((bytes ?? 0) * unknownRatio) / decodedSecond);
      const wanted = Math.ceil(incoming + length * decodedSecond);
      const free = await space.free();
      const until = hold === 'task' ? -Date.now() : Date.now() + lease;
      const others = await guarded(
        connection.failFast.reserveSpace(key, id, wanted, until, Math.floor(free - minimumFree)),
      );
      if (others < 0) return;
      throw new TaskError('no-space', 'There is no space for new recordings right now. Please try again later.', {
        cause: `${wanted} bytes are needed, ${free} are free, ${others} are promised to others, ${minimumFree} must stay free`,
      });
    },
    renew: async (id) => {
      await guarded(connection.failFast.renewSpace(key, id, Date.now() + lease));
    },
    release: async (id) => {
      await guarded(connection.failFast.releaseSpace(key, id));
    },
    promised: async () => Number((await guarded(connection.failFast.hget(key, 'total'))) ?? 0),
    holders: async () => {
      const { total: _, ...held } = await guarded(connection.failFast.hgetall(key));
      return Object.entries(held).map(([id, value]) => {
        const until = Number(value.split(' ')[1]);
        if (until > 0) return { id, state: until < Date.now() ? 'expired' : 'held' };
        return { id, state: Date.now() + until < settled ? 'held' : 'task' };
      });
    },
  };
};
