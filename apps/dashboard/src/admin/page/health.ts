import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '@whisper-bot/runtime';
import type { Request } from 'express';
import { HttpError } from '../../web/http-error.js';
import type { AdminContext, AdminHandler } from '../page-context.js';

/** The process runs. */
export const showHealth: AdminHandler = async () => ({ kind: 'json', body: { status: 'ok' } });

/** The process can do its work: the record and the queue answer. */
export const showReady: AdminHandler<'ping' | 'queueStatus'> = async ({ deps }) => {
  const [database, queues] = await Promise.all([deps.ping(), deps.queueStatus.queues()]);
  const body = { database, redis: queues !== null };
  return { kind: 'json', status: body.database && body.redis ? 200 : 503, body };
};

/** For Prometheus: from this machine, or with the token. */
export const showMetrics: AdminHandler<'metrics' | 'options'> = async (context) => {
  if (!mayScrape(context)) throw new HttpError(403);
  const { metrics } = context.deps;
  return { kind: 'text', type: metrics.contentType, body: await metrics.read() };
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** What proxies add to a request. */
const proxied = /^(via|forwarded|x-forwarded-.*|x-real-ip|cf-.*|true-client-ip|x-client-ip|x-original-.*)$/;

/**
 * Whether a request comes from this machine itself and not through a proxy on it: such a one names itself, passes on the public
 * name, or speaks HTTP/1.0 as nginx does by default.
 */
const isDirect = (request: Request): boolean =>
  isLoopback(request.socket.remoteAddress) &&
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(request.headers.host ?? '') &&
  request.httpVersion !== '1.0' &&
  !Object.keys(request.headers).some((name) => proxied.test(name));

const mayScrape = ({ deps, request }: AdminContext<'options'>): boolean => {
  const { metricsToken, trustProxy } = deps.options;
  // Who has a proxy may have one that hides itself: then only the token says who asks.
  if (metricsToken === null) return trustProxy === '' && isDirect(request);
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${metricsToken}`));
};
