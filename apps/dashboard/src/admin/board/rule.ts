import type { Guard } from '../../web/route.js';

export interface BoardRule {
  method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  path: string;
  guard: Guard;
  sentence: string;
  /** Done here instead of by Bull Board. */
  effect?: 'retry-failed';
}

const rule = (method: BoardRule['method'], path: string, guard: Guard, sentence: string): BoardRule => ({
  method,
  path: `/board${path}`,
  guard,
  sentence,
});

/**
 * What Bull Board's own interface may do, in order. What would lose or forge work is for no one, whatever its page shows: the
 * data it shows is redacted and writing it back would destroy jobs; jobs are added and removed by the pipeline alone.
 * Anything not named here is refused as well.
 */
export const boardRules: readonly BoardRule[] = [
  rule('put', '/api/queues/:queueName/retry/failed', 'operator', 'Bull Board: retry all failed jobs of a queue'),
  rule('put', '/api/queues/:queueName/retry/:queueStatus', 'no-one', 'Bull Board: run finished jobs again'),
  {
    ...rule('put', '/api/queues/:queueName/:jobId/retry', 'operator', 'Bull Board: retry a failed job'),
    effect: 'retry-failed',
  },
  rule('put', '/api/queues/:queueName/promote', 'operator', 'Bull Board: start all delayed jobs of a queue now'),
  rule('put', '/api/queues/:queueName/:jobId/promote', 'operator', 'Bull Board: start a delayed job now'),
  rule('put', '/api/queues/pause', 'administrator', 'Bull Board: pause all queues'),
  rule('put', '/api/queues/resume', 'administrator', 'Bull Board: resume all queues'),
  rule('put', '/api/queues/:queueName/pause', 'administrator', 'Bull Board: pause a queue'),
  rule('put', '/api/queues/:queueName/resume', 'administrator', 'Bull Board: resume a queue'),
  rule('post', '/api/queues/:queueName/add', 'no-one', 'Bull Board: add a job'),
  rule('put', '/api/queues/:queueName/empty', 'no-one', 'Bull Board: empty a queue'),
  rule('put', '/api/queues/:queueName/obliterate', 'no-one', 'Bull Board: obliterate a queue'),
  rule('put', '/api/queues/:queueName/clean/:queueStatus', 'no-one', 'Bull Board: remove jobs by state'),
  rule('put', '/api/queues/:queueName/:jobId/clean', 'no-one', 'Bull Board: remove a job'),
  rule('patch', '/api/queues/:queueName/:jobId/update-data', 'no-one', 'Bull Board: write a job’s data'),
  rule('get', '/*rest', 'viewer', 'Bull Board: its pages and what they read'),
  rule('get', '', 'viewer', 'Bull Board: its first page'),
  rule('put', '/*rest', 'no-one', 'Bull Board: everything else that changes something'),
  rule('post', '/*rest', 'no-one', 'Bull Board: everything else that adds something'),
  rule('patch', '/*rest', 'no-one', 'Bull Board: everything else that rewrites something'),
  rule('delete', '/*rest', 'no-one', 'Bull Board: everything else that removes something'),
];
