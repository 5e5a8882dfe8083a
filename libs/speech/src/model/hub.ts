import { TaskError } from '@whisper-bot/task';
import type { PublishedModel } from './catalog.js';

/** What is to be fetched and what it must turn out to be. */
export interface Declaration {
  url: string;
  bytes: number;
  sha256: string;
  source: 'pinned' | 'hub';
}

/**
 * Asks the Hugging Face hub for a file's length and SHA-256. It answers a HEAD request with `x-linked-size` and
 * `x-linked-etag` (for large files the SHA-256) before it redirects to the host that holds the bytes. A pinned checksum
 * wins. Throws TaskError where the hub cannot be asked or declares nothing to check against.
 */
export const declarationOf = async (model: PublishedModel, hub: string, signal: AbortSignal): Promise<Declaration> => {
  const url = `${hub}/${model.repository}/resolve/main/${encodeURIComponent(model.file)}`;
  const response = await ask(url, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new TaskError('internal', `${new URL(url).host} cannot be reached, so ${model.name} cannot be downloaded.`, {
      cause: error,
    });
  });
  if (response.status >= 400) {
    throw new TaskError(
      'unknown-model',
      `${new URL(url).host} does not offer ${model.file} (HTTP ${response.status}).`,
    );
  }
  const bytes = Number(response.headers.get('x-linked-size') ?? response.headers.get('content-length') ?? Number.NaN);
  const linked = /^"?([0-9a-f]{64})"?$/.exec(response.headers.get('x-linked-etag') ?? '')?.[1];
  const sha256 = model.sha256 ?? linked;
  if (sha256 === undefined || !(bytes > 0)) {
    throw new TaskError('internal', `${new URL(url).host} declares no checksum for ${model.file}, so it is not taken.`);
  }
  return { url, bytes, sha256, source: model.sha256 === undefined ? 'hub' : 'pinned' };
};

const ask = (url: string, signal: AbortSignal): Promise<Response> =>
  fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]) });
