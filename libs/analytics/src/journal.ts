import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasEnded, ownIdentity, type ProcessIdentity } from '@whisper-bot/runtime';
import type { EventTable } from './event.js';

/** One batch as it grows, on disk as well: a process that is killed takes nothing with it. */
export interface JournalFile {
  /** Appends a row, at once and without waiting for the disk. A disk that takes nothing costs only what a kill would lose. */
  add(row: Record<string, unknown>): void;
  /** The batch is settled elsewhere: the file goes. */
  remove(): Promise<void>;
}

/** `{batch}.held-{pid}.{birth}.{host}` while its process lives; without that end it is a batch of the spool. */
const heldName = /^(\d{13}-[\w-]{36}\.(?:messages|transcribe_events)\.jsonl)\.held-(\d+)\.(\d+)\.(.+)$/;

/** Opens the journal of a new batch in the spool's folder. */
export const openJournal = (dir: string, table: EventTable, token: string): JournalFile => {
  const { pid, birth, host } = ownIdentity();
  const path = join(dir, `${Date.now()}-${token}.${table}.jsonl.held-${pid}.${birth || '0'}.${host}`);
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

/** Milliseconds after which a file counts as left behind although it cannot be seen from here whether its process lives. */
const patience = 3600_000;

const isLeft = async (path: string, owner: ProcessIdentity): Promise<boolean> => {
  if (await hasEnded(owner)) return true;
  const isVisible = owner.host === ownIdentity().host && owner.birth !== '';
  const info = isVisible ? null : await stat(path).catch(() => null);
  return info !== null && Date.now() - info.mtimeMs > patience;
};

/** Makes batches of the spool of what killed processes held; the token keeps what had arrived already from counting twice. */
export const adoptJournals = async (dir: string): Promise<void> => {
  for (const name of await readdir(dir).catch(() => [])) {
    const [, batch, pid = '', birth = '', host = ''] = heldName.exec(name) ?? [];
    const owner = { host, pid: Number(pid), birth: birth === '0' ? '' : birth };
    if (batch === undefined || !(await isLeft(join(dir, name), owner))) continue;
    // Another process may have been quicker.
    await rename(join(dir, name), join(dir, batch)).catch(() => undefined);
  }
};
