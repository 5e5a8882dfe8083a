import { createHash } from 'node:crypto';
import { TaskError } from '@whisper-bot/task';

/** A file on the Hugging Face hub or a mirror of it. */
export interface HubFile {
  /** Owner and name. */
  repository: string;
  file: string;
  /** Checksums known for certain beforehand; otherwise the hub's own declaration is taken. */
  sha256?: string;
  sha1?: string;
}

/** What is to be fetched and what it must turn out to be. */
export interface Declaration {
  url: string;
  bytes: number;
  source: 'pinned' | 'hub';
  /** Of large files; null where the hub only says `blob`. */
  sha256: string | null;
  /** Of small files: git's own checksum of a blob. */
  blob: string | null;
}

/**
 * Asks the hub for a file's length and checksum. It answers a HEAD request with `x-linked-size` and `x-linked-etag` (for large files the
 * SHA-256) before it redirects to the host that holds the bytes; small files have git's blob checksum as their `etag`. A pinned checksum
 * wins. Throws TaskError where the hub cannot be asked or declares nothing to check against.
 */
export const declarationOf = async (wanted: HubFile, hub: string, signal: AbortSignal): Promise<Declaration> => {
  const { repository, file } = wanted;
  const url = `${hub.replace(/\/+$/, '')}/${repository}/resolve/main/${encodeURIComponent(file)}`;
  const { host } = new URL(url);
  const response = await ask(url, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new TaskError('internal', `${host} cannot be reached, so ${file} cannot be downloaded.`, { cause: error });
  });
  if (response.status >= 400) {
    throw new TaskError('unknown-model', `${host} does not offer ${file} (HTTP ${response.status}).`);
  }
  const bytes = Number(response.headers.get('x-linked-size') ?? response.headers.get('content-length') ?? Number.NaN);
  const linked = etagOf(response, 'x-linked-etag', 64);
  const sha256 = wanted.sha256 ?? linked;
  const blob = sha256 === null ? (etagOf(response, 'x-linked-etag', 40) ?? etagOf(response, 'etag', 40)) : null;
  if ((sha256 === null && blob === null) || !(bytes > 0)) {
    throw new TaskError('internal', `${host} declares no checksum for ${file}, so it is not taken.`);
  }
  return { url, bytes, sha256, blob, source: wanted.sha256 === undefined ? 'hub' : 'pinned' };
};

const etagOf = (response: Response, header: string, digits: 40 | 64): string | null =>
  new RegExp(`^(?:W/)?"?([0-9a-f]{${digits}})"?$`).exec(response.headers.get(header) ?? '')?.[1] ?? null;

const ask = (url: string, signal: AbortSignal): Promise<Response> =>
  fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]) });

/** Git's checksum of a file of so many bytes, to be fed with them. */
export const blobHash = (bytes: number) => createHash('sha1').update(`blob ${bytes}\0`);
