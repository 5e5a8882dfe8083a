import { createRequire } from 'node:module';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, startHarness } from '../../test/harness.js';

/** Bull Board's own table, which its types do not publish. */
const require = createRequire(import.meta.url);
interface BoardTable {
  appRoutes: { api: { method: string | string[]; route: string | string[] }[] };
}
const changes = (require('@bull-board/api/dist/routes.js') as BoardTable).appRoutes.api.flatMap(({ method, route }) =>
  [method].flat().flatMap((verb) => (verb === 'get' ? [] : [route].flat().map((path) => [verb, path] as const))),
);

let harness: Harness;
let cookie: string;
beforeAll(async () => {
  harness = await startHarness();
  ({ cookie } = await harness.enter('administrator'));
});
afterAll(() => harness.close());

/** The same address as someone may write it who looks for a gap between two ways of reading it. */
const spellings = (path: string): string[] => {
  const encoded = (text: string) => text.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  const last = path.split('/').at(-1) ?? '';
  const start = path.slice(0, -last.length);
  return [
    path,
    `${path}/`,
    `${path}//`,
    `${path}?x=1`,
    `${path}/?`,
    `${path};x`,
    `${path}%2f`,
    `${path}%20`,
    `${path}#x`,
    path.toUpperCase(),
    `${start}${last.toUpperCase()}`,
    `${start}${encoded(last)}`,
    `${start}${last}/.`,
    `${start}./${last}`,
    `${start}x/../${last}`,
    path.replace('/board', '/Board'),
    path.replace('/board', '/BOARD'),
    path.replace('/board', '//board'),
    path.replace('/board', '/board/'),
    path.replace('/board', '/%62oard'),
    path.replace('/api', '//api'),
    path.replace('/api', '/./api'),
    path.replace('/api', '/API'),
    path.replace('/queues', '/%71ueues'),
    path.replaceAll('/', '%2f').replace('%2f', '/'),
    path.replaceAll('/', '\\').replace('\\', '/'),
  ];
};

test('a job that is done is not run again, removed or rewritten, however the address is spelled', async () => {
  const task = await harness.submit();
  await until(async () => (await harness.store.tasks.find(task.id))?.state === 'done');
  const name = 'deliver-folder';
  const id = `${task.id}-deliver-r1`;
  const queue = harness.deps.pipeline.queue(name);
  const before = JSON.stringify(await queue.getJob(id));
  const delivered = harness.delivered.length;
  for (const [verb, route] of changes) {
    const path = `/board${route.replace(':queueName', name).replace(':jobId', id).replace(':queueStatus', 'completed')}`;
    // What pauses, resumes and promotes is allowed to administrators.
    if (/\/(pause|resume|promote)$/.test(route)) continue;
    for (const spelled of spellings(path)) {
      const { status } = await fetch(`${harness.url}${spelled}`, {
        method: verb.toUpperCase(),
        headers: { cookie, origin: harness.url, 'content-type': 'application/json' },
        body: '{}',
      });
      expect(status, `${verb} ${spelled}`).toBeGreaterThanOrEqual(400);
    }
  }
  expect(JSON.stringify(await queue.getJob(id))).toBe(before);
  expect(await (await queue.getJob(id))?.getState()).toBe('completed');
  expect(harness.delivered).toHaveLength(delivered);
});

test('a failed job is retried by every spelling that leads there, and by none twice', async () => {
  harness.stage.broken.set('transcribe', 'signal SIGSEGV');
  const task = await harness.submit();
  await until(async () => (await harness.store.tasks.find(task.id))?.state === 'failed');
  harness.stage.broken.clear();
  const job = await until(async () => {
    for (const name of ['transcribe', 'prepare'] as const) {
      const failed = (await harness.deps.pipeline.queue(name).getJobs(['failed'])).find(
        ({ data }) => (data as { taskId?: string }).taskId === task.id,
      );
      if (failed !== undefined) return { name, id: failed.id ?? '' };
    }
    return null;
  });
  const retry = () =>
    fetch(`${harness.url}/board/api/queues/${job.name}/${job.id}/RETRY/`, {
      method: 'PUT',
      headers: { cookie, origin: harness.url },
    });
  const statuses = [(await retry()).status, (await retry()).status].sort();
  expect(statuses[0]).toBe(204);
  await until(async () => (await harness.store.tasks.find(task.id))?.state === 'done');
});
