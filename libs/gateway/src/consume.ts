import { setTimeout as pause } from 'node:timers/promises';
import { type ConsumerRegistry, createConsumerRegistry } from './consumer.js';
import type { Entry } from './entry.js';
import { group, pairs, type Streams } from './stream.js';

export interface ConsumeOptions {
  /** Blocks while it waits: a connection of its own. */
  reader: Streams;
  stream: string;
  consumer: string;
  /** The key that says which process each consumer is. */
  consumers: string;
  /** Entries another consumer has held for so long are taken over, milliseconds; those of a process seen to have ended, at once. */
  idle: number;
  take: (entry: Entry) => Promise<void>;
  onError: (error: unknown) => void;
  signal: AbortSignal;
}

const batch = 16;
/** How long one read waits for something new, milliseconds: also how soon a shutdown or a dead consumer is noticed. */
const patience = 2000;
/** Milliseconds between two looks at what others hold. */
const lookInterval = 2000;

/** Reads the group's entries one after another until aborted: our own pending ones first, then those of the dead, then new ones. */
export const consume = async (options: ConsumeOptions): Promise<void> => {
  const { signal, onError } = options;
  const registry = createConsumerRegistry(options);
  while (!signal.aborted) {
    try {
      await createGroup(options);
      await registry.register();
      await takePending(options);
      await takeNew(options, registry);
    } catch (error) {
      // A lost connection or an emptied Redis: begin again with the group and what is pending.
      if (signal.aborted) return;
      onError(error);
      await pause(500, undefined, { signal }).catch(() => undefined);
    }
  }
};

const createGroup = async ({ reader, stream }: ConsumeOptions): Promise<void> => {
  await reader.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((error: Error) => {
    if (!error.message.startsWith('BUSYGROUP')) throw error;
  });
};

/**
 * Takes one after another. An entry may wait for long, for PostgreSQL or for disk space: as long as we live no one needs to take it over,
 * and so the dead can be reported early.
 */
const takeAll = async (entries: Entry[], options: ConsumeOptions): Promise<void> => {
  const { take, signal } = options;
  if (entries.length === 0) return;
  const held = new Set(entries.map(([id]) => id));
  const timer = keepHeld(held, options);
  try {
    for (const entry of entries) {
      if (signal.aborted) return;
      await take(entry);
      held.delete(entry[0]);
    }
  } finally {
    clearInterval(timer);
  }
};

const keepHeld = (held: ReadonlySet<string>, { reader, stream, consumer, idle, onError }: ConsumeOptions) => {
  let renewing = false;
  return setInterval(() => {
    // While Redis is away one is enough.
    if (renewing) return;
    renewing = true;
    reader
      .renewEntries(stream, group, consumer, ...held)
      .catch(onError)
      .finally(() => {
        renewing = false;
      });
  }, idle / 4);
};

const entriesOf = (answer: unknown): Entry[] => (answer as [string, Entry[]][] | null)?.[0]?.[1] ?? [];

const takePending = async (options: ConsumeOptions): Promise<void> => {
  const { reader, stream, consumer, signal } = options;
  for (let from = '0'; !signal.aborted; ) {
    const answer = await reader.xreadgroup('GROUP', group, consumer, 'COUNT', batch, 'STREAMS', stream, from);
    const entries = entriesOf(answer);
    const last = entries.at(-1);
    if (last === undefined) return;
    await takeAll(entries, options);
    from = last[0];
  }
};

const takeNew = async (options: ConsumeOptions, registry: ConsumerRegistry): Promise<void> => {
  const { reader, stream, consumer, signal } = options;
  let claimedAt = Number.NEGATIVE_INFINITY;
  const silent = createSilence(options);
  while (!signal.aborted) {
    if (performance.now() - claimedAt > Math.min(options.idle, lookInterval)) {
      await takeFromEnded(options, registry);
      await takeFromSilent(options, registry);
      await silent.takeOver();
      claimedAt = performance.now();
    }
    const wait = Math.min(patience, options.idle);
    const answer = await reader.xreadgroup(
      'GROUP',
      group,
      consumer,
      'COUNT',
      batch,
      'BLOCK',
      wait,
      'STREAMS',
      stream,
      '>',
    );
    await takeAll(entriesOf(answer), options);
  }
};

/** What consumers left whose process has certainly ended: no one needs to wait for it. */
const takeFromEnded = async (options: ConsumeOptions, registry: ConsumerRegistry): Promise<void> => {
  const { reader, stream, consumer, signal } = options;
  for (const ended of await registry.ended()) {
    for (;;) {
      const entries = await reader.takeEntries(stream, group, ended, consumer, '-', '+', batch);
      if (entries.length === 0) break;
      await takeAll(entries, options);
      if (signal.aborted) return;
    }
    await registry.remove(ended);
  }
};

/** What a silent consumer left: claimed, taken, and the consumer removed once it holds nothing more. */
const takeFromSilent = async (options: ConsumeOptions, registry: ConsumerRegistry): Promise<void> => {
  const { reader, stream, consumer, idle, signal } = options;
  for (let cursor = '0-0'; !signal.aborted; ) {
    const answer = await reader.xautoclaim(stream, group, consumer, idle, cursor, 'COUNT', batch);
    const [next, entries] = answer as [string, Entry[]];
    await takeAll(entries, options);
    if (next === '0-0') break;
    cursor = next;
  }
  for (const info of (await reader.xinfo('CONSUMERS', stream, group)) as unknown[][]) {
    const of = pairs(info);
    const isGone = of.name !== consumer && of.pending === 0 && Number(of.idle) > Math.max(idle * 10, 3_600_000);
    if (isGone) await registry.remove(String(of.name));
  }
};

/** Entries looked at: the oldest, which have waited longest. */
const looked = 200;

/**
 * The same by our own watch: Redis counts an entry's idle time by the clock on the wall, and where that was set back by an hour
 * it does so for another hour. What we ourselves have seen lying with one consumer for too long is taken from it.
 */
const createSilence = (options: ConsumeOptions): { takeOver(): Promise<void> } => {
  const { reader, stream, consumer, idle } = options;
  let seen = new Map<string, number>();
  return {
    takeOver: async () => {
      const pending = (await reader.xpending(stream, group, '-', '+', looked)) as [string, string, number, number][];
      const now = new Map<string, number>();
      for (const [id, holder, , deliveries] of pending) {
        if (holder === consumer) continue;
        const lying = `${id} ${holder} ${deliveries}`;
        const since = seen.get(lying) ?? performance.now();
        now.set(lying, since);
        if (performance.now() - since <= idle) continue;
        now.delete(lying);
        await takeAll(await reader.takeEntries(stream, group, holder, consumer, id, id, 1), options);
      }
      seen = now;
    },
  };
};
