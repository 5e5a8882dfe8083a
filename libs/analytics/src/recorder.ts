import { randomUUID } from 'node:crypto';
import { type Logger, untilAborted } from '@whisper-bot/runtime';
import { type AnalyticsDatabase, isRefusal } from './database.js';
import type { AnalyticsEvent, EventTable } from './event.js';
import { adoptJournals, type JournalFile, openJournal } from './journal.js';
import { type Batch, createSpool } from './spool.js';

export interface RecorderOptions {
  database: Pick<AnalyticsDatabase, 'insert' | 'migrate'>;
  /** Where batches wait while ClickHouse is away. */
  spoolDir: string;
  logger: Logger;
  /** Milliseconds between batches; default 1000. */
  intervalMs?: number;
  /** Rows a batch; default 2000. */
  batchRows?: number;
  /** Rows held in memory before new ones are dropped; default 50 000. */
  maxRows?: number;
  /** Bytes on disk before new batches are dropped; default 256 MiB. */
  maxSpoolBytes?: number;
  /** Milliseconds that closing waits for ClickHouse before it leaves the rest on disk; default 2000. */
  closeMs?: number;
}

/** What happened to the events of this process; `dropped` is what will never be seen. */
export interface RecorderState {
  recorded: number;
  inserted: number;
  spooled: number;
  dropped: number;
}

export interface Recorder {
  /** Takes an event at once; never throws, never waits. */
  record(event: AnalyticsEvent): void;
  /** Sends what is held, to ClickHouse or to disk. */
  flush(): Promise<void>;
  readonly state: Readonly<RecorderState>;
  /** Flushes and stops. What ClickHouse has not taken within `closeMs`, however silent it is, waits on disk. */
  close(): Promise<void>;
}

/** A batch that still grows, or waits for its turn. */
interface HeldBatch extends Batch {
  rows: Record<string, unknown>[];
  journal: JournalFile;
}

/**
 * Batches events for ClickHouse; while it is away they wait on disk, and what does not fit is counted as dropped. What a killed
 * process held is sent by the next one that looks.
 */
export const createRecorder = ({
  database,
  spoolDir,
  logger,
  intervalMs = 1000,
  batchRows = 2000,
  maxRows = 50_000,
  maxSpoolBytes = 256 * 1024 * 1024,
  closeMs = 2000,
}: RecorderOptions): Recorder => {
  const spool = createSpool(spoolDir, maxSpoolBytes);
  const state: RecorderState = { recorded: 0, inserted: 0, spooled: 0, dropped: 0 };
  const held: Record<EventTable, HeldBatch[]> = { messages: [], transcribe_events: [] };
  let heldRows = 0;
  let migrated = false;
  let away = false;
  const closing = new AbortController();

  const take = async ({ table, rows, token }: Batch): Promise<void> => {
    closing.signal.throwIfAborted();
    const taken = async (): Promise<void> => {
      if (!migrated) await database.migrate();
      migrated = true;
      await database.insert(table, rows, token);
    };
    await untilAborted(taken(), closing.signal);
  };

  /** Inserts a batch; of one that is refused every row but the refused ones. Throws where ClickHouse is away. */
  const takeAllButRefused = async (batch: Batch): Promise<void> => {
    try {
      await take(batch);
      state.inserted += batch.rows.length;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (batch.rows.length === 1) {
        state.dropped += 1;
        logger.warn({ err: error, table: batch.table }, 'analytics event refused and dropped');
        return;
      }
      const middle = batch.rows.length >> 1;
      await takeAllButRefused({ ...batch, token: `${batch.token}-a`, rows: batch.rows.slice(0, middle) });
      await takeAllButRefused({ ...batch, token: `${batch.token}-b`, rows: batch.rows.slice(middle) });
    }
  };

  /**
   * Whether the batch is settled: ClickHouse has it, or refuses what it has not. A call that outlives the closing may still
   * arrive: its token counts once.
   */
  const insert = async (batch: Batch): Promise<boolean> => {
    const { inserted, dropped } = state;
    try {
      await takeAllButRefused(batch);
      if (away) logger.info('ClickHouse available again: analytics events sent');
      away = false;
      return true;
    } catch (error) {
      // The whole batch is tried again, under the same tokens: what has arrived counts once, here as well.
      Object.assign(state, { inserted, dropped });
      if (!away) logger.warn({ err: error }, 'ClickHouse unavailable: analytics events spooled to disk');
      away = true;
      return false;
    }
  };

  const keep = async (batch: Batch): Promise<void> => {
    const kept = await spool.keep(batch).catch(() => false);
    state[kept ? 'spooled' : 'dropped'] += batch.rows.length;
    if (!kept) logger.warn({ rows: batch.rows.length }, 'analytics events dropped: spool full or not writable');
  };

  /** Oldest first, until something fails. */
  const replay = async (): Promise<void> => {
    await adoptJournals(spoolDir);
    for (const name of await spool.waiting()) {
      const found = await spool.read(name);
      if (found === null) continue;
      const { batch, damaged } = found;
      if (batch.rows.length > 0 && !(await insert(batch))) return;
      if (damaged === 0) {
        await spool.remove(name);
        continue;
      }
      // The next one must not wait for it.
      state.dropped += damaged;
      logger.warn({ name, damaged }, 'damaged spool batch set aside');
      await spool.setAside(name);
    }
  };

  const send = async (): Promise<void> => {
    await replay();
    for (const table of Object.keys(held) as EventTable[]) {
      for (let batch = held[table].shift(); batch !== undefined; batch = held[table].shift()) {
        heldRows -= batch.rows.length;
        // While ClickHouse is away the replay above has just asked it: no second time-out for each batch.
        if (away || !(await insert(batch))) await keep(batch);
        await batch.journal.remove();
      }
    }
  };

  let sending: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  /** One sending follows the one under way, however many are asked for while ClickHouse is silent. */
  const flush = (): Promise<void> => {
    if (next !== null) return next;
    const begin = (): Promise<void> => {
      next = null;
      return send();
    };
    next = sending.then(begin, begin);
    sending = next;
    return next;
  };
  const timer = setInterval(
    () => void flush().catch((error) => logger.error({ err: error }, 'sending analytics events failed')),
    intervalMs,
  );
  timer.unref();

  return {
    state,
    flush,
    record({ table, ...row }) {
      state.recorded += 1;
      if (heldRows >= maxRows) {
        state.dropped += 1;
        return;
      }
      let batch = held[table].at(-1);
      if (batch === undefined || batch.rows.length >= batchRows) {
        const token = randomUUID();
        batch = { table, token, rows: [], journal: openJournal(spoolDir, table, token) };
        held[table].push(batch);
      }
      batch.rows.push(row);
      batch.journal.add(row);
      heldRows += 1;
    },
    async close() {
      clearInterval(timer);
      const deadline = setTimeout(() => closing.abort(new Error('the process ends')), closeMs);
      await flush().finally(() => clearTimeout(deadline));
    },
  };
};
