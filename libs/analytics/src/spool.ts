import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FigureTable } from './event.js';

export interface Batch {
  table: FigureTable;
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
  /** Null where somebody else has taken it meanwhile, or it cannot be read. */
  read(name: string): Promise<Batch | null>;
  remove(name: string): Promise<void>;
}

const fileName = /^(\d{13})-([\w-]{36})\.(messages|transcribe_events)\.jsonl$/;

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
      const rows = text
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
      return { table: table as FigureTable, token, rows };
    },
    remove: (name) => rm(join(dir, name), { force: true }),
  };
};
