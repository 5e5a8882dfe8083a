import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';
import { createProgram, formOf, type Program } from './test/client.js';

let harness: Harness;
let program: Program;
beforeAll(async () => {
  harness = await startHarness();
  program = await createProgram(harness);
});
afterAll(() => harness.close());

/** As a browser or an old proxy asks: all is answered in the shape programs know. */
const ask = async (method: string, path: string) => {
  const answer = await fetch(`${harness.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${program.key}`, accept: 'text/html', origin: 'https://page.example' },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, error: text === '' ? null : JSON.parse(text).error };
};

it.each([
  ['GET', '/v1/audio/transcriptions', 'POST, OPTIONS'],
  ['PUT', '/v1/models', 'GET, HEAD, OPTIONS'],
  ['DELETE', '/v1/tasks', 'POST, GET, HEAD, OPTIONS'],
  ['PATCH', '/v1/tasks/nothing', 'GET, DELETE, HEAD, OPTIONS'],
])('%s %s is not allowed, and what is allowed is told', async (method, path, allow) => {
  const { status, headers, error } = await ask(method, path);
  expect([status, headers.get('allow')]).toEqual([405, allow]);
  expect(error).toMatchObject({ type: 'invalid_request_error', code: 'method_not_allowed' });
});

it.each(['/v1', '/v1/', '/v1/chat/completions', '/v1/models/a/b', '/V1/nothing'])('%s is no page', async (path) => {
  for (const method of ['GET', 'POST', 'OPTIONS']) {
    const { status, error } = await ask(method, path);
    expect([status, error]).toMatchObject([404, { code: 'unknown_url' }]);
  }
});

it('a path that cannot be decoded is told so', async () => {
  expect(await ask('GET', '/v1/models/%E0%A4%A')).toMatchObject({ status: 400, error: { code: 'invalid_path' } });
});

it('pages of other origins are not let in', async () => {
  const { status, headers } = await ask('OPTIONS', '/v1/audio/transcriptions');
  expect(status).toBe(204);
  const { headers: answered } = await ask('GET', '/v1/models');
  for (const each of [headers, answered])
    expect([...each.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
});

it('HEAD is GET without its body, also of events', async () => {
  const task = (await (await program.ask('/tasks', { method: 'POST', body: formOf({}) })).json()) as { id: string };
  for (const path of ['/models', `/tasks/${task.id}`, `/tasks/${task.id}/events`]) {
    const answer = await program.ask(path, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  }
});

it('every answer has an id for questions about it', async () => {
  const ids = new Set<string | null>();
  for (const path of ['/models', '/models/huge', '/tasks'])
    ids.add((await program.ask(path)).headers.get('x-request-id'));
  ids.add((await fetch(`${harness.url}/v1/models`)).headers.get('x-request-id'));
  expect(ids.size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^[\da-f-]{36}$/);
});

it.each([
  ['application/json', '{"model": "whisper-1"}'],
  ['multipart/form-data', 'no boundary'],
])('%s is no recording, which is told', async (type, body) => {
  const answer = await program.ask('/audio/transcriptions', {
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });
  expect([answer.status, ((await answer.json()) as { error: { type: string } }).error.type]).toEqual([
    400,
    'invalid_request_error',
  ]);
});
