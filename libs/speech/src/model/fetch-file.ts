import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '@whisper-bot/task';
import pRetry from 'p-retry';
import { blobHash, type Declaration, type HubFile } from './hub.js';

export interface FetchOptions {
  /** Where the file goes; it must exist. */
  folder: string;
  signal: AbortSignal;
  /** Bytes so far. */
  onProgress?: (received: number) => void;
  /** Attempts after a broken connection, each going on from where the last one ended; default 5. */
  attempts?: number;
  /** Milliseconds before the second attempt, doubling; default 1000. */
  retryDelay?: number;
}

/** Bytes that have arrived of a file, from an earlier attempt. */
export const receivedOf = async (folder: string, file: string): Promise<number> =>
  (await sizeOf(join(folder, file))) || (await sizeOf(partOf(folder, file)));

const partOf = (folder: string, file: string): string => join(folder, `.${file}.part`);
const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => null))?.size ?? 0;

/**
 * Fetches a file next to its place, compares its checksums and moves it there; one that is there is only compared. What a broken or
 * interrupted download left is taken up again. Returns the SHA-256. Throws TaskError with the sentence to show.
 */
export const fetchFile = async (
  wanted: HubFile,
  declared: Declaration,
  { folder, signal, onProgress, attempts = 5, retryDelay = 1000 }: FetchOptions,
): Promise<string> => {
  const { file } = wanted;
  const path = join(folder, file);
  if ((await sizeOf(path)) === declared.bytes) {
    const sums = await checksums(path, declared.bytes);
    if (isRight(sums, wanted, declared)) return sums.sha256;
  }
  const part = partOf(folder, file);
  await pRetry(() => fetchRest(part, declared, { signal, ...(onProgress ? { onProgress } : {}) }), {
    retries: attempts - 1,
    minTimeout: retryDelay,
    signal,
    shouldRetry: ({ error }: { error: Error }): boolean => !(error instanceof TaskError),
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw unreachable(file, error);
  });
  const sums = await checksums(part, declared.bytes);
  if (!isRight(sums, wanted, declared)) {
    await rm(part, { force: true });
    throw new TaskError('damaged-model', `${file} arrived with a wrong checksum and was thrown away; try again.`, {
      cause: `expected ${declared.sha256 ?? declared.blob}, got SHA-256 ${sums.sha256}`,
    });
  }
  await rename(part, path);
  return sums.sha256;
};

/** Fetches from where the part file ends up to the declared length. */
const fetchRest = async (
  part: string,
  declared: Declaration,
  { signal, onProgress }: Pick<FetchOptions, 'signal' | 'onProgress'>,
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
      onProgress?.(received);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (received < declared.bytes) throw new Error(`the connection ended after ${received} of ${declared.bytes} bytes`);
};

interface Checksums {
  sha256: string;
  sha1: string;
  blob: string;
}

const checksums = async (path: string, bytes: number): Promise<Checksums> => {
  const hashes = { sha256: createHash('sha256'), sha1: createHash('sha1'), blob: blobHash(bytes) };
  for await (const chunk of createReadStream(path)) for (const hash of Object.values(hashes)) hash.update(chunk);
  return { sha256: hashes.sha256.digest('hex'), sha1: hashes.sha1.digest('hex'), blob: hashes.blob.digest('hex') };
};

const isRight = (sums: Checksums, wanted: HubFile, declared: Declaration): boolean =>
  (declared.sha256 === null ? sums.blob === declared.blob : sums.sha256 === declared.sha256) &&
  (wanted.sha1 === undefined || sums.sha1 === wanted.sha1);

const unreachable = (file: string, error: unknown): TaskError =>
  error instanceof TaskError
    ? error
    : new TaskError('internal', `${file} could not be downloaded; what has arrived is kept, so try again.`, {
        cause: error,
      });
