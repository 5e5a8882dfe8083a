import { type QueueName, queueNames } from '@whisper-bot/pipeline';
import { HttpError } from '../../web/http-error.js';
import type { Answer } from '../../web/request-context.js';
import type { Route } from '../../web/route.js';
import { writeDown } from '../audit.js';
import type { AdminContext, AdminHandler, PageContext } from '../page-context.js';
import { type BoardRule, boardRules } from './rule.js';

/** Hands a request on to Bull Board under an address below its base. */
const passOn = async ({ deps, request, response }: AdminContext<'board'>, address: string): Promise<Answer> => {
  await new Promise<void>((resolve, reject) => {
    response.once('close', resolve);
    // As Express mounts an application: it sees the path behind its base.
    request.url = address;
    request.baseUrl = '/board';
    deps.board(request, response, (error?: unknown) => reject(error ?? new HttpError(404)));
  });
  return { kind: 'sent' };
};

const readOn: AdminHandler<'board'> = async (context) => {
  const { path, url } = context.request;
  return /^\/board$/i.test(path) ? { kind: 'redirect', to: '/board/' } : passOn(context, url.slice('/board'.length));
};

const queueOf = (context: PageContext): QueueName => {
  const name = queueNames.find((known) => known === context.param('queueName'));
  if (name === undefined) throw new HttpError(404);
  return name;
};

/**
 * The address a rule stands for, rewritten from its parsed parts: Bull Board is asked what was judged, however the request
 * spelled it (case, slashes, encodings).
 */
const canonical = (context: PageContext, { path }: BoardRule): string => {
  if (path.includes(':queueName')) queueOf(context);
  return path
    .slice('/board'.length)
    .replace(/:(\w+)/g, (_part, name: string) => encodeURIComponent(context.param(name)));
};

/**
 * Bull Board would run completed jobs again, which would deliver twice: a job is put back here, out of the failed ones and no
 * others, in one step.
 */
const retryFailed = async (context: AdminContext<'pipeline'>): Promise<Answer> => {
  const job = await context.deps.pipeline.queue(queueOf(context)).getJob(context.param('jobId'));
  if (job === undefined) throw new HttpError(404);
  if (!(await job.isFailed())) throw new HttpError(409);
  await job.retry('failed');
  context.response.status(204).end();
  return { kind: 'sent' };
};

const changeOn =
  (rule: BoardRule): AdminHandler<'audit' | 'board' | 'pipeline'> =>
  async (context) => {
    const address = canonical(context, rule);
    const put = rule.effect === 'retry-failed' ? () => retryFailed(context) : () => passOn(context, address);
    await writeDown(context, {
      action: 'board',
      target: `${context.request.method} ${decodeURIComponent(address).replace('/api/queues', '')}`,
    });
    return put();
  };

/** Bull Board's rows of the route table: the guards are ours, what lies behind is one application. */
export const boardRoutes: readonly Route<AdminContext<'board' | 'pipeline' | 'audit'>>[] = boardRules.map((rule) => ({
  method: rule.method,
  path: rule.path,
  guard: rule.guard,
  sentence: rule.sentence,
  csrf: rule.method === 'get' ? 'none' : 'origin',
  handler: rule.method === 'get' ? readOn : changeOn(rule),
}));
