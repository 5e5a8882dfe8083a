import { randomUUID } from 'node:crypto';
import { type Logger, untilAborted } from '@whisper-bot/runtime';
import type { AnalyticsDatabase } from './database.js';
import type { Figure, FigureTable } from './event.js';
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

/** What happened to the figures of this process; `dropped` is what will never be seen. */
export interface RecorderState {
  recorded: number;
  inserted: number;
  spooled: number;
  dropped: number;
}

export interface Recorder {
  /** Takes a figure at once; never throws, never waits. */
  record(figure: Figure): void;
  /** Sends what is held, to ClickHouse or to disk. */
  flush(): Promise<void>;
  readonly state: Readonly<RecorderState>;
  /** Flushes and stops. What ClickHouse has not taken within `closeMs`, however silent it is, waits on disk. */
  close(): Promise<void>;
}

/** Batches figures for ClickHouse; while it is away they wait on disk, and what does not fit is counted as dropped. */
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
  const held: Record<FigureTable, Record<string, unknown>[]> = { messages: [], transcribe_events: [] };
  let migrated = false;
  let away = false;
  const closing = new AbortController();

  /** Whether ClickHouse has taken the batch. A call that outlives the closing may still arrive: its token counts once. */
  const insert = async (batch: Batch): Promise<boolean> => {
    try {
      closing.signal.throwIfAborted();
      const taken = async (): Promise<void> => {
        if (!migrated) await database.migrate();
        migrated = true;
        await database.insert(batch.table, batch.rows, batch.token);
      };
      await untilAborted(taken(), closing.signal);
      if (away) logger.info('ClickHouse is back: figures are recorded again');
      away = false;
      return true;
    } catch (error) {
      if (!away) logger.warn({ err: error }, 'ClickHouse is away: figures wait on disk');
      away = true;
      return false;
    }
  };

  const keep = async (batch: Batch): Promise<void> => {
    const kept = await spool.keep(batch).catch(() => false);
    state[kept ? 'spooled' : 'dropped'] += batch.rows.length;
    if (!kept) logger.warn({ rows: batch.rows.length }, 'figures dropped: the spool is full or cannot be written');
  };

  /** Oldest first, until something fails. */
  const replay = async (): Promise<void> => {
    for (const name of await spool.waiting()) {
      const batch = await spool.read(name);
      if (batch === null) continue;
      if (!(await insert(batch))) return;
      state.inserted += batch.rows.length;
      await spool.remove(name);
    }
  };

  const send = async (): Promise<void> => {
    await replay();
    for (const table of Object.keys(held) as FigureTable[]) {
      while (held[table].length > 0) {
        const batch: Batch = { table, token: randomUUID(), rows: held[table].splice(0, batchRows) };
        // While ClickHouse is away the replay above has just asked it: no second time-out for each batch.
        if (!away && (await insert(batch))) state.inserted += batch.rows.length;
        else await keep(batch);
      }
    }
  };

  let sending: Promise<void> = Promise.resolve();
  const flush = (): Promise<void> => {
    sending = sending.then(send, send);
    return sending;
  };
  const timer = setInterval(
    () => void flush().catch((error) => logger.error({ err: error }, 'figures not sent')),
    intervalMs,
  );
  timer.unref();

  return {
    state,
    flush,
    record({ table, ...row }) {
      state.recorded += 1;
      if (held.messages.length + held.transcribe_events.length >= maxRows) {
        state.dropped += 1;
        return;
      }
      held[table].push(row);
    },
    async close() {
      clearInterval(timer);
      const deadline = setTimeout(() => closing.abort(new Error('the process ends')), closeMs);
      await flush().finally(() => clearTimeout(deadline));
    },
  };
};
