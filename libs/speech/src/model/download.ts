import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '@whisper-bot/task';
import pRetry from 'p-retry';
import type { PublishedModel } from './catalog.js';
import { type Declaration, declarationOf } from './hub.js';

export interface DownloadOptions {
  /** Where the file goes; made where it is missing. */
  folder: string;
  /** Default https://huggingface.co. */
  hub?: string;
  signal: AbortSignal;
  onProgress?: (received: number, total: number) => void;
  /** Attempts after a broken connection, each going on from where the last one ended; default 5. */
  attempts?: number;
  /** Milliseconds before the second attempt, doubling; default 1000. */
  retryDelay?: number;
}

export interface Downloaded {
  path: string;
  bytes: number;
  sha256: string;
  /** Where the checksum it was held against comes from. */
  checkedAgainst: 'pinned' | 'hub';
}

/**
 * Downloads a model next to its place, holds it against its SHA-256 (pinned here, or declared by the hub) and moves it
 * there. What a broken or interrupted download left is taken up again. Throws TaskError with the sentence to show.
 */
export const downloadModel = async (model: PublishedModel, options: DownloadOptions): Promise<Downloaded> => {
  const { folder, hub = 'https://huggingface.co', signal, attempts = 5, retryDelay = 1000 } = options;
  const declared = await declarationOf(model, hub, signal);
  await mkdir(folder, { recursive: true });
  const part = join(folder, `.${model.file}.part`);
  await ensureRoom(folder, declared.bytes - (await sizeOf(part)));
  const shouldRetry = ({ error }: { error: Error }): boolean => !(error instanceof TaskError);
  await pRetry(() => fetchRest(part, declared, options), {
    retries: attempts - 1,
    minTimeout: retryDelay,
    signal,
    shouldRetry,
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw unreachable(model, error);
  });
  const sums = await checksums(part);
  const wrong = sums.sha256 !== declared.sha256 || (model.sha1 !== undefined && sums.sha1 !== model.sha1);
  if (wrong) {
    await rm(part, { force: true });
    throw new TaskError(
      'damaged-media',
      `${model.file} arrived with a wrong checksum and was thrown away; try again.`,
      {
        cause: `expected SHA-256 ${declared.sha256}, got ${sums.sha256}`,
      },
    );
  }
  const path = join(folder, model.file);
  await rename(part, path);
  return { path, bytes: declared.bytes, sha256: sums.sha256, checkedAgainst: declared.source };
};

/** Fetches from where the part file ends up to the declared length. */
const fetchRest = async (
  part: string,
  declared: Declaration,
  { signal, onProgress }: DownloadOptions,
): Promise<void> => {
  let received = await sizeOf(part);
  if (received > declared.bytes) {
    await rm(part);
    received = 0;
  }
  if (received === declared.bytes) return;
  const response = await fetch(declared.url, { signal, headers: received > 0 ? { range: `bytes=${received}-` } : {} });
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
  const resumes = response.status === 206;
  if (!resumes) received = 0;
  const file = await open(part, resumes ? 'a' : 'w');
  try {
    for await (const chunk of response.body) {
      await file.write(chunk);
      received += chunk.length;
      onProgress?.(received, declared.bytes);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (received < declared.bytes) throw new Error(`the connection ended after ${received} of ${declared.bytes} bytes`);
};

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => null))?.size ?? 0;

const ensureRoom = async (folder: string, needed: number): Promise<void> => {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new TaskError('no-space', `There is not enough room in ${folder}: ${Math.ceil(needed / 1e6)} MB are needed.`);
};

const checksums = async (path: string): Promise<{ sha256: string; sha1: string }> => {
  const hashes: Hash[] = [createHash('sha256'), createHash('sha1')];
  for await (const chunk of createReadStream(path)) for (const hash of hashes) hash.update(chunk);
  const [sha256 = '', sha1 = ''] = hashes.map((hash) => hash.digest('hex'));
  return { sha256, sha1 };
};

const unreachable = (model: PublishedModel, error: unknown): TaskError =>
  error instanceof TaskError
    ? error
    : new TaskError('internal', `${model.name} could not be downloaded; what has arrived is kept, so try again.`, {
        cause: error,
      });
