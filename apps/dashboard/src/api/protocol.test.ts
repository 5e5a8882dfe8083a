import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';
import { errorSchema } from './error.js';
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
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, headers: answer.headers, error: isJson ? JSON.parse(text).error : null };
};

it.each([
  ['GET', '/v1/audio/transcriptions', 'POST, OPTIONS'],
  ['PUT', '/v1/models', 'GET, HEAD, OPTIONS'],
  ['DELETE', '/v1/tasks', 'POST, GET, HEAD, OPTIONS'],
  ['PATCH', '/v1/tasks/nothing', 'GET, DELETE, HEAD, OPTIONS'],
])('%s %s is not allowed, and Allow lists what is', async (method, path, allow) => {
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

it.each([
  ['POST', '/audio/transcriptions'],
  ['GET', '/models'],
  ['POST', '/chat/completions'],
  ['GET', '/anything'],
])('a base URL without /v1 gets an error that names it: %s %s', async (method, path) => {
  const answer = await fetch(`${harness.url}${path}`, { method, headers: { authorization: `Bearer ${program.key}` } });
  expect(answer.status).toBe(404);
  const { error } = errorSchema.parse(await answer.json());
  expect(error).toMatchObject({ code: 'unknown_url', message: expect.stringContaining(`${harness.url}/v1`) });
  const twice = await fetch(`${harness.url}/v1/v1${path}`, { method });
  expect(errorSchema.parse(await twice.json()).error.message).toContain('ends in /v1 once');
});

it('a browser behind a proxy that adds a token still gets pages', async () => {
  const headers = { authorization: 'Bearer of-the-proxy', accept: 'text/html', cookie: 'proxy=1' };
  const answer = await fetch(`${harness.url}/models`, { headers, redirect: 'manual' });
  expect(answer.headers.get('location')).toContain('/sign-in');
});

it('U+0000 is refused at the border, wherever it stands', async () => {
  const nul = '\0';
  const paths = [
    '/v1/tasks?after=a%00b',
    '/v1/models/base%00',
    '/tasks?text=%00',
    '/people?text=a%00',
    '/sign-in?back=%00',
  ];
  for (const path of paths) expect([path, (await ask('GET', path)).status]).toEqual([path, 400]);
  const form = formOf({ model: 'whisper-1', prompt: `a${nul}b` });
  const refused = await program.ask('/audio/transcriptions', { method: 'POST', body: form });
  expect([refused.status, await refused.json()]).toMatchObject([400, { error: { param: 'prompt' } }]);
  const named = await program.ask('/tasks', {
    method: 'POST',
    body: formOf({ model: 'whisper-1' }, 'sound', `a${nul}b.mp3`),
  });
  expect(named.status).toBe(400);
  const { cookie } = await harness.enter('administrator');
  const signIn = await fetch(`${harness.url}/sign-in`, {
    method: 'POST',
    headers: { cookie, origin: harness.url, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'name=a%00b&password=c',
  });
  expect(signIn.status).toBe(400);
});

it('a path that cannot be decoded is refused with a message', async () => {
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
])('%s is not a recording and is refused', async (type, body) => {
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
