import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventTable } from './event.js';

export interface Batch {
  table: EventTable;
  /** The same batch is inserted under the same token however often it is tried. */
  token: string;
  rows: readonly Record<string, unknown>[];
}

/** Batches on disk, oldest first. Any process may replay any of them: the token makes a second insert count for nothing. */
export interface Spool {
  /** False where the spool is full: the batch was not kept. */
  keep(batch: Batch): Promise<boolean>;
  /** Names of what waits, oldest first. */
  waiting(): Promise<string[]>;
  /**
   * Null where someone else has taken it meanwhile, or it cannot be read. `damaged` counts its lines that are none, as a crash
   * or a full disk leaves them.
   */
  read(name: string): Promise<{ batch: Batch; damaged: number } | null>;
  remove(name: string): Promise<void>;
  /** Keeps a damaged batch under another name, for people to look at; the newest ten. */
  setAside(name: string): Promise<void>;
}

const fileName = /^(\d{13})-([\w-]{36})\.(messages|transcribe_events)\.jsonl$/;

const aside = '.damaged';

const rowOf = (line: string): Record<string, unknown> | null => {
  try {
    const row: unknown = JSON.parse(line);
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? (row as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

/** A spool in `dir`, at most `maxBytes` large. */
export const createSpool = (dir: string, maxBytes: number): Spool => {
  const waiting = async (): Promise<string[]> => {
    const names = await readdir(dir).catch(() => []);
    return names.filter((name) => fileName.test(name)).sort();
  };
  const sizeOf = async (name: string): Promise<number> =>
    stat(join(dir, name)).then(
      (info) => info.size,
      () => 0,
    );

  return {
    waiting,
    async keep({ table, token, rows }) {
      const text = `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
      const sizes = await Promise.all((await waiting()).map(sizeOf));
      if (sizes.reduce((sum, size) => sum + size, text.length) > maxBytes) return false;
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const name = `${Date.now()}-${token}.${table}.jsonl`;
      await writeFile(join(dir, `${name}.part`), text, { mode: 0o600 });
      await rename(join(dir, `${name}.part`), join(dir, name));
      return true;
    },
    async read(name) {
      const [, , token, table] = fileName.exec(name) ?? [];
      const text = await readFile(join(dir, name), 'utf8').catch(() => null);
      if (text === null || token === undefined) return null;
      const lines = text.split('\n').filter((line) => line !== '');
      const rows = lines.map(rowOf).filter((row) => row !== null);
      return { batch: { table: table as EventTable, token, rows }, damaged: lines.length - rows.length };
    },
    remove: (name) => rm(join(dir, name), { force: true }),
    async setAside(name) {
      await rename(join(dir, name), join(dir, `${name}${aside}`)).catch(() => undefined);
      const all = (await readdir(dir).catch(() => [])).filter((each) => each.endsWith(aside)).sort();
      for (const old of all.slice(0, -10)) await rm(join(dir, old), { force: true });
    },
  };
};
