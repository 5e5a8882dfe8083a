import { queueNames } from '@whisper-bot/pipeline';
import { writeDown } from '../auth/audit.js';
import type { Route } from '../http/route.js';
import { type Answer, type Handler, HttpError, type Visit } from '../http/visit.js';
import { boardRules } from './rule.js';

/** Bull Board would run completed jobs again, which would deliver twice: only failed ones may be retried. */
const refuseFinished = async (visit: Visit): Promise<void> => {
  if (!visit.request.path.endsWith('/retry')) return;
  const name = queueNames.find((known) => known === visit.param('queueName'));
  const job = name && (await visit.desk.pipeline.queue(name).getJob(visit.param('jobId')));
  if (job === undefined) throw new HttpError(404);
  if (!(await job.isFailed())) throw new HttpError(409);
};

const passOn: Handler = async ({ desk, request, response }): Promise<Answer> => {
  if (request.path === '/board') return { kind: 'redirect', to: '/board/' };
  await new Promise<void>((resolve, reject) => {
    response.once('close', resolve);
    // As Express mounts an application: it sees the path behind its base.
    request.url = request.url.slice('/board'.length);
    request.baseUrl = '/board';
    desk.board(request, response, (error?: unknown) => reject(error ?? new HttpError(404)));
  });
  return { kind: 'sent' };
};

const changeOn: Handler = async (visit) => {
  await refuseFinished(visit);
  await writeDown(visit, {
    action: 'board',
    target: `${visit.request.method} ${visit.request.path.replace('/board/api/queues', '')}`,
  });
  return passOn(visit);
};

/** Bull Board's rows of the route table: the guards are ours, what lies behind is one application. */
export const boardRoutes: readonly Route[] = boardRules.map((rule) => ({
  ...rule,
  proof: rule.method === 'get' ? 'none' : 'origin',
  handler: rule.method === 'get' ? passOn : changeOn,
}));
