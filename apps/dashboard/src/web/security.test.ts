import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';

let harness: Harness;
let operator: Awaited<ReturnType<Harness['enter']>>;
beforeAll(async () => {
  harness = await startHarness({ env: { METRICS_TOKEN: 'a-token-for-metrics' } });
  operator = await harness.enter('operator');
});
afterAll(() => harness.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${harness.url}${path}`, { redirect: 'manual', headers: { cookie: operator.cookie, ...headers } });
const post = (path: string, body: URLSearchParams | FormData, headers: Record<string, string> = {}) =>
  fetch(`${harness.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    body,
    headers: { origin: harness.url, ...headers },
  });
const folders = () => readdir(harness.deps.options.tasksDir);

test('every answer says what a browser may do with it', async () => {
  for (const path of ['/sign-in', '/tasks', '/nothing', '/static/page.js', '/board/']) {
    const { headers } = await get(path);
    expect(headers.get('content-security-policy'), path).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(headers.get('content-security-policy'), path).not.toMatch(/script-src|unsafe-eval/);
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('x-powered-by'), path).toBeNull();
  }
});

test('pages come compressed; what is streamed live, and a part of a file, do not', async () => {
  const task = await harness.submit();
  for (const path of ['/tasks', '/static/dashboard.css', `/tasks/${task.id}`]) {
    const { headers } = await get(path, { 'accept-encoding': 'gzip' });
    expect(headers.get('content-encoding'), path).toBe('gzip');
  }
  const leaving = new AbortController();
  const live = await fetch(`${harness.url}/live/overview`, {
    headers: { cookie: operator.cookie, 'accept-encoding': 'gzip' },
    signal: leaving.signal,
  });
  expect(live.headers.get('content-encoding')).toBeNull();
  leaving.abort();
  const part = await get(`/tasks/${task.id}/files/task.json`, { 'accept-encoding': 'gzip', range: 'bytes=0-9' });
  expect([part.status, part.headers.get('content-encoding'), (await part.text()).length]).toEqual([206, null, 10]);
});

describe('signing in', () => {
  const attempt = (name: string, password: string) => post('/sign-in', new URLSearchParams({ name, password }));

  test('gives a cookie no script reads, and a new session each time', async () => {
    const answers = [await attempt(operator.name, operator.password), await attempt(operator.name, operator.password)];
    const cookies = answers.map(({ headers }) => headers.get('set-cookie') ?? '');
    for (const cookie of cookies) expect(cookie).toMatch(/^whisper_session_\d+=[\w-]{40,};.*HttpOnly; SameSite=Lax/);
    expect(cookies[0]).not.toBe(cookies[1]);
  });

  test('is refused after eight wrong attempts, also with the right password', async () => {
    const { password } = await harness.enter('viewer', 'victim');
    for (let count = 0; count < 8; count += 1) expect((await attempt('victim', 'wrong password')).status).toBe(401);
    expect((await attempt('victim', password)).status).toBe(429);
  });

  test('leads back to the page wanted, never to another host', async () => {
    const back = async (wanted: string) => {
      const body = new URLSearchParams({ name: operator.name, password: operator.password, back: wanted });
      return (await post('/sign-in', body)).headers.get('location');
    };
    expect(await back('/tasks?state=failed')).toBe('/tasks?state=failed');
    expect(await back('//evil.example')).toBe('/');
    expect(await back('/\\evil.example')).toBe('/');
    expect(await back('https://evil.example')).toBe('/');
  });

  test('ends for good when the account is disabled', async () => {
    const { cookie, name } = await harness.enter('viewer', 'leaver');
    expect((await get('/tasks', { cookie })).status).toBe(200);
    const account = (await harness.store.accounts.list()).find((each) => each.name === name);
    await harness.store.accounts.change(account?.id ?? '', { disabled: true });
    expect((await get('/tasks', { cookie })).status).toBe(303);
  });
});

test('metrics are for those with the token', async () => {
  expect((await get('/metrics')).status).toBe(403);
  const answer = await get('/metrics', { authorization: 'Bearer a-token-for-metrics' });
  const text = await answer.text();
  for (const name of ['whisper_queue_jobs{queue="dead",state="failed"}', 'whisper_workers 1', 'whisper_redis_up 1']) {
    expect(text).toContain(name);
  }
  expect(await (await get('/readyz')).json()).toEqual({ database: true, redis: true });
});

test('metrics count what the dashboard itself has accepted', async () => {
  const accepted = async () => {
    const answer = await get('/metrics', { authorization: 'Bearer a-token-for-metrics' });
    return Number(/whisper_tasks_total\{event="accepted",channel="folder"\} (\d+)/.exec(await answer.text())?.[1] ?? 0);
  };
  const before = await accepted();
  await harness.submit();
  expect(await accepted()).toBe(before + 1);
});

test('nothing outside the task folder is read', async () => {
  const task = await harness.submit();
  await until(async () => (await harness.store.tasks.find(task.id))?.state === 'done');
  const paths = ['..%2f..%2fetc%2fpasswd', '%2e%2e%2ftask.json', '.tmp-x', 'nothing.json', '%00'];
  for (const path of paths)
    expect((await get(`/tasks/${task.id}/files/${path}`)).status, path).toBeGreaterThanOrEqual(400);
  expect((await get(`/tasks/${task.id}/files/task.json`)).headers.get('content-disposition')).toMatch(/^attachment/);
  expect((await get('/tasks/..%2f..%2fetc')).status).toBe(404);
  expect((await get('/static/..%2fpackage.json')).status).toBe(404);
});

describe('an upload', () => {
  const form = (fields: Record<string, string>, bytes = 1000, title = 'x.ogg'): FormData => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    body.append('file', new Blob([new Uint8Array(bytes).fill(7)]), title);
    return body;
  };

  test('without the secret of the session leaves nothing behind', async () => {
    const before = await folders();
    const answer = await post('/upload', form({ csrf: 'forged' }), { cookie: operator.cookie });
    expect(answer.status).toBe(403);
    expect(await folders()).toEqual(before);
  });

  test('that says it is too big is refused before it comes', async () => {
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(`${harness.url}/upload`, {
        method: 'POST',
        headers: {
          origin: harness.url,
          cookie: operator.cookie,
          'content-type': 'multipart/form-data; boundary=x',
          'content-length': 3_000_000_000,
        },
      });
      sent.once('response', ({ statusCode }) => {
        resolve(statusCode);
        sent.destroy();
      });
      sent.once('error', reject);
      sent.write('--x\r\n');
    });
    expect(answer).toBe(413);
  });

  // The last bytes, and the end of the form, arrive together with the byte that is too many.
  test('an upload just over the limit is refused and leaves nothing behind', async () => {
    const before = await folders();
    await harness.deps.settings.set('uploadMegabytes', 1, 'test');
    const answer = await post('/upload', form({ csrf: operator.csrf }, 1_000_500), {
      cookie: operator.cookie,
      accept: 'application/json',
    });
    await harness.deps.settings.set('uploadMegabytes', undefined, 'test');
    expect([answer.status, await answer.json()]).toEqual([413, { error: 'The file is larger than 1 MB.' }]);
    expect(await folders()).toEqual(before);
  });

  test('that breaks off leaves nothing behind', async () => {
    const before = await folders();
    const sent = request(`${harness.url}/upload`, {
      method: 'POST',
      headers: { origin: harness.url, cookie: operator.cookie, 'content-type': 'multipart/form-data; boundary=x' },
    });
    sent.on('error', () => undefined);
    sent.write(
      `--x\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n${operator.csrf}\r\n--x\r\ncontent-disposition: form-data; name="file"; filename="a.ogg"\r\n\r\nhalf`,
    );
    await until(async () => (await folders()).length === before.length + 1);
    sent.destroy();
    await until(async () => (await folders()).length === before.length);
  });

  test('without a file is refused; an odd file name becomes a title only', async () => {
    const none = await post('/upload', form({ csrf: operator.csrf }, 0, ''), {
      cookie: operator.cookie,
      accept: 'application/json',
    });
    expect([none.status, await none.json()]).toEqual([400, { error: 'Choose a recording first.' }]);
    const odd = await post('/upload', form({ csrf: operator.csrf }, 10, '../../etc/pass"wd;.OGG'), {
      cookie: operator.cookie,
      accept: 'application/json',
    });
    const { page } = (await odd.json()) as { page: string };
    const id = page.split('/').at(-1) ?? '';
    expect((await harness.store.tasks.find(id as never))?.title).toMatch(/wd;\.OGG$/);
    expect(await readdir(`${harness.deps.options.tasksDir}/${id}`)).toContain('audio.ogg');
  });

  test('that was accepted stays so where PostgreSQL goes away before the audit is written', async () => {
    const audit = vi.spyOn(harness.store.audit, 'append').mockRejectedValueOnce(new Error('terminated'));
    const answer = await post('/upload', form({ csrf: operator.csrf }), {
      cookie: operator.cookie,
      accept: 'application/json',
    });
    expect(audit).toHaveBeenCalledOnce();
    audit.mockRestore();
    expect(answer.status).toBe(200);
    const { page } = (await answer.json()) as { page: string };
    expect(await readdir(`${harness.deps.options.tasksDir}/${page.split('/').at(-1)}`)).toContain('audio.ogg');
  });

  test('is refused while uploads are paused', async () => {
    await harness.deps.settings.set('uploadsPaused', true, 'test');
    const answer = await post('/upload', form({ csrf: operator.csrf }), { cookie: operator.cookie });
    await harness.deps.settings.set('uploadsPaused', undefined, 'test');
    expect(answer.status).toBe(503);
  });
});
