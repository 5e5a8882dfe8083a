import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request that changes something comes from one of our own pages. Browsers name the origin of every POST;
 * where one does not, its other word for it counts. A request that says nothing is refused.
 * @param host of the request as the browser addressed it
 */
export const isSameOrigin = (headers: IncomingHttpHeaders, host: string): boolean => {
  const { origin } = headers;
  if (origin !== undefined) return hostOf(origin) === host.toLowerCase();
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.referer !== undefined && hostOf(headers.referer) === host.toLowerCase();
};

const hostOf = (address: string): string | null => (URL.canParse(address) ? new URL(address).host : null);
