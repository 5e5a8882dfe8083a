import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface Post {
  url: URL;
  /** Checked ones: no other is connected to, whatever the name means by then. */
  addresses: readonly LookupAddress[];
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
}

/** Bytes of an answer that are read; what it says does not matter. */
const mostRead = 64 * 1024;

/** Posts a body and returns the status; follows no redirect. Rejects where the connection breaks or the signal aborts. */
export const post = async ({ url, addresses, headers, body, signal }: Post): Promise<number> => {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
    // A connection of its own: a kept one may lead where an earlier name led.
    agent: false,
    signal,
    lookup: (_name, options, found) => {
      if (options.all === true) found(null, [...addresses]);
      else found(null, addresses[0]?.address ?? '', addresses[0]?.family);
    },
  });
  request.end(body);
  const [response] = (await once(request, 'response', { signal })) as [IncomingMessage];
  try {
    let read = 0;
    for await (const chunk of response) {
      read += (chunk as Buffer).length;
      if (read > mostRead) break;
    }
  } finally {
    request.destroy();
  }
  return response.statusCode ?? 0;
};
