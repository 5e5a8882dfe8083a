import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { FigureTable } from './event.js';

/** One batch as it grows, on disk as well: a process that is killed takes nothing with it. */
export interface JournalFile {
  /** Appends a row, at once and without waiting for the disk. A disk that takes nothing costs only what a kill would lose. */
  add(row: Record<string, unknown>): void;
  /** The batch is settled elsewhere: the file goes. */
  remove(): Promise<void>;
}

/** `{batch}.held-{pid}.{birth}.{host}` while its process lives; without that end it is a batch of the spool. */
const heldName = /^(\d{13}-[\w-]{36}\.(?:messages|transcribe_events)\.jsonl)\.held-(\d+)\.(\d+)\.(.+)$/;

const host = hostname().replaceAll(/[^\w.-]/g, '_');

/** When a process began, in ticks of its kernel: its number may be another's by now. Null where there is none, or the system does not say. */
const birthOf = (stat: string): string | null => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
const ownBirth = (): string => {
  try {
    return birthOf(readFileSync('/proc/self/stat', 'utf8')) ?? '0';
  } catch {
    return '0';
  }
};
let own: string | undefined;

/** Opens the journal of a new batch in the spool's folder. */
export const openJournal = (dir: string, table: FigureTable, token: string): JournalFile => {
  own ??= `${process.pid}.${ownBirth()}.${host}`;
  const path = join(dir, `${Date.now()}-${token}.${table}.jsonl.held-${own}`);
  let file: number | null = null;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    file = openSync(path, 'a', 0o600);
  } catch {
    // What is held in memory is sent all the same.
  }
  const close = (): void => {
    if (file !== null) closeSync(file);
    file = null;
  };
  return {
    add: (row) => {
      if (file === null) return;
      try {
        writeSync(file, `${JSON.stringify(row)}\n`);
      } catch {
        close();
      }
    },
    remove: async () => {
      close();
      await rm(path, { force: true }).catch(() => undefined);
    },
  };
};

/** Milliseconds after which another machine's file counts as left behind: whether its process lives cannot be seen from here. */
const foreignPatience = 3600_000;

const isLeft = async (
  path: string,
  { pid, birth, on }: { pid: string; birth: string; on: string },
): Promise<boolean> => {
  if (on !== host) {
    const info = await stat(path).catch(() => null);
    return info !== null && Date.now() - info.mtimeMs > foreignPatience;
  }
  const running = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // Without /proc a number that is in use counts as its process.
  if (running === null) return birth !== '0' || !isAlive(Number(pid));
  return birthOf(running) !== birth;
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Makes batches of the spool of what killed processes held; the token keeps what had arrived already from counting twice. */
export const adoptJournals = async (dir: string): Promise<void> => {
  for (const name of await readdir(dir).catch(() => [])) {
    const [, batch, pid = '', birth = '', on = ''] = heldName.exec(name) ?? [];
    if (batch === undefined || !(await isLeft(join(dir, name), { pid, birth, on }))) continue;
    // Another process may have been quicker.
    await rename(join(dir, name), join(dir, batch)).catch(() => undefined);
  }
};
