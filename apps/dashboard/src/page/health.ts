import { createHash, timingSafeEqual } from 'node:crypto';
import { type Handler, HttpError, type Visit } from '../http/visit.js';

/** The process runs. */
export const showHealth: Handler = async () => ({ kind: 'json', body: { status: 'ok' } });

/** The process can do its work: the record and the queue answer. */
export const showReady: Handler = async ({ desk }) => {
  const [database, queues] = await Promise.all([desk.store.ping(), desk.floor.queues()]);
  const body = { database, redis: queues !== null };
  return { kind: 'json', status: body.database && body.redis ? 200 : 503, body };
};

/** For Prometheus: from this machine, or with the token. */
export const showMetrics: Handler = async (visit) => {
  if (!mayScrape(visit)) throw new HttpError(403);
  const { metrics } = visit.desk;
  return { kind: 'text', type: metrics.contentType, body: await metrics.read() };
};

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const mayScrape = ({ desk, request }: Visit): boolean => {
  const { metricsToken } = desk.options;
  if (metricsToken === null) return loopback.has(request.ip ?? '') && request.headers['x-forwarded-for'] === undefined;
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${metricsToken}`));
};
