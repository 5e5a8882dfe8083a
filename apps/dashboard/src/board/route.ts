import { type QueueName, queueNames } from '@whisper-bot/pipeline';
import { writeDown } from '../auth/audit.js';
import type { Route } from '../http/route.js';
import { type Answer, type Handler, HttpError, type Visit } from '../http/visit.js';
import { type BoardRule, boardRules } from './rule.js';

/** Hands a request on to Bull Board under an address below its base. */
const passOn = async ({ desk, request, response }: Visit, address: string): Promise<Answer> => {
  await new Promise<void>((resolve, reject) => {
    response.once('close', resolve);
    // As Express mounts an application: it sees the path behind its base.
    request.url = address;
    request.baseUrl = '/board';
    desk.board(request, response, (error?: unknown) => reject(error ?? new HttpError(404)));
  });
  return { kind: 'sent' };
};

const readOn: Handler = async (visit) => {
  const { path, url } = visit.request;
  return /^\/board$/i.test(path) ? { kind: 'redirect', to: '/board/' } : passOn(visit, url.slice('/board'.length));
};

const queueOf = (visit: Visit): QueueName => {
  const name = queueNames.find((known) => known === visit.param('queueName'));
  if (name === undefined) throw new HttpError(404);
  return name;
};

/**
 * The address a rule stands for, written anew from its parsed parts: Bull Board is asked what was judged, however the request
 * spelled it (case, slashes, encodings).
 */
const canonical = (visit: Visit, { path }: BoardRule): string => {
  if (path.includes(':queueName')) queueOf(visit);
  return path.slice('/board'.length).replace(/:(\w+)/g, (_part, name: string) => encodeURIComponent(visit.param(name)));
};

/**
 * Bull Board would run completed jobs again, which would deliver twice: a job is put back here, out of the failed ones and no
 * others, in one step.
 */
const retryFailed = async (visit: Visit): Promise<Answer> => {
  const job = await visit.desk.pipeline.queue(queueOf(visit)).getJob(visit.param('jobId'));
  if (job === undefined) throw new HttpError(404);
  if (!(await job.isFailed())) throw new HttpError(409);
  await job.retry('failed');
  visit.response.status(204).end();
  return { kind: 'sent' };
};

const changeOn =
  (rule: BoardRule): Handler =>
  async (visit) => {
    const address = canonical(visit, rule);
    const put = rule.effect === 'retry-failed' ? () => retryFailed(visit) : () => passOn(visit, address);
    await writeDown(visit, {
      action: 'board',
      target: `${visit.request.method} ${decodeURIComponent(address).replace('/api/queues', '')}`,
    });
    return put();
  };

/** Bull Board's rows of the route table: the guards are ours, what lies behind is one application. */
export const boardRoutes: readonly Route[] = boardRules.map((rule) => ({
  method: rule.method,
  path: rule.path,
  guard: rule.guard,
  sentence: rule.sentence,
  proof: rule.method === 'get' ? 'none' : 'origin',
  handler: rule.method === 'get' ? readOn : changeOn(rule),
}));
