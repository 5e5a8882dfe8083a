import { readdir, readlink } from 'node:fs/promises';
import { until } from '@whisper-bot/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';
import { createProgram, formOf, type Program } from './test/client.js';
import { fileHead, openSender } from './test/sender.js';

let harness: Harness;
let program: Program;
/** A dashboard that soon loses patience; the other has more than a busy machine needs. */
let strict: Harness;
let address = '93.184.216.34';
beforeAll(async () => {
  const options = { env: { MAX_FILE_SIZE: '1MB' }, resolve: async () => [{ address, family: 4 }] };
  [harness, strict] = await Promise.all([
    startHarness({ ...options, uploadTimeouts: { silence: 600_000, linger: 600_000 } }),
    startHarness({ ...options, uploadTimeouts: { silence: 400, linger: 400 }, work: false }),
  ]);
  program = await createProgram(harness);
});
afterAll(async () => {
  await harness.close();
  await strict.close();
});
afterEach(() => harness.stage.release());

const path = '/v1/audio/transcriptions';
const post = (key: string, body: FormData | string = formOf({ model: 'whisper-1' })) =>
  fetch(`${harness.url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body });
/** Where the open files of this process lie. */
const openFiles = async () =>
  Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
const folders = ({ deps } = harness) => readdir(deps.options.tasksDir);

describe('a key', () => {
  it('that is missing, wrong or revoked gets 401, at once', async () => {
    const { id, key } = await createProgram(harness);
    expect((await post(key)).status).toBe(200);
    await harness.store.keys.revoke(id);
    for (const given of [key, `${key}x`, 'wb-', "' or 1=1 --"]) {
      const answer = await post(given);
      expect([answer.status, await answer.json()]).toMatchObject([
        401,
        { error: { code: expect.stringMatching(/api_key/) } },
      ]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await fetch(`${harness.url}/v1/models`)).status).toBe(401);
    const cookie = (await harness.enter('administrator')).cookie;
    expect((await fetch(`${harness.url}/v1/tasks`, { headers: { cookie } })).status).toBe(401);
  });

  it('makes so many requests a minute', async () => {
    const { ask } = await createProgram(harness, { requestsPerMinute: 3 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('/models')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(30);
    expect(await refused?.json()).toMatchObject({
      error: { type: 'rate_limit_exceeded', code: 'requests_per_minute' },
    });
  });

  it('has so many recordings in work, also when all come at once', async () => {
    const { key } = await createProgram(harness, { concurrentTasks: 2 });
    harness.stage.hold();
    const answers = Array.from({ length: 6 }, () => post(key).then(({ status }) => status));
    let refused = 0;
    for (const answer of answers) void answer.then((status) => (refused += status === 429 ? 1 : 0));
    await until(() => refused === 4);
    harness.stage.release();
    expect((await Promise.all(answers)).sort()).toEqual([200, 200, 429, 429, 429, 429]);
    expect((await post(key)).status).toBe(200);
  });

  it('has the limits an administrator gives it', async () => {
    const { cookie, csrf } = await harness.enter('administrator', 'giver');
    const make = (limits: Record<string, string>) =>
      fetch(`${harness.url}/keys`, {
        method: 'POST',
        headers: { cookie, origin: harness.url },
        body: new URLSearchParams({ csrf, name: 'limited', ...limits }),
      });
    const made = await make({ requests: '', concurrent: '2', minutes: '30' });
    expect(await made.text()).toContain('Recordings in progress at once: 2 · Minutes a day: 30');
    const [row] = await harness.store.keys.list();
    expect(row).toMatchObject({ name: 'limited', limits: { concurrentTasks: 2, minutesPerDay: 30 } });
    expect((await make({ minutes: '-1' })).status).toBe(400);
  });

  it('sends so many minutes a day', async () => {
    const { id, key } = await createProgram(harness, { minutesPerDay: 0.15 });
    const heard = async () => (await harness.store.usage(`key:${id}`, new Date(0))).seconds;
    for (const seconds of [6, 12]) {
      expect((await post(key)).status).toBe(200);
      await until(async () => (await heard()) === seconds);
    }
    const refused = await post(key);
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: { code: 'minutes_per_day' } }]);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(86_400);
  });
});

describe('an upload', () => {
  it('of 3 GB is refused before it comes', async () => {
    const before = await folders(strict);
    const { key } = await createProgram(strict);
    const sender = await openSender(strict.url, { path, key, length: 3e9 });
    expect(await sender.untilAnswered(/too_big/)).toMatch(/^HTTP\/1\.1 413 /);
    // It goes on all the same: soon no one listens any more.
    sender.write(fileHead);
    await sender.untilClosed();
    expect(await folders(strict)).toEqual(before);
  });

  it('that does not say how long it is ends at the limit', async () => {
    const sender = await openSender(harness.url, { path, key: program.key });
    const chunk = (text: string) => sender.write(`${text.length.toString(16)}\r\n${text}\r\n`);
    chunk(fileHead);
    for (let count = 0; count < 20; count += 1) chunk('x'.repeat(100_000));
    expect(await sender.untilAnswered(/too_big/)).toMatch(/^HTTP\/1\.1 413 /);
    sender.leave();
  });

  it('that falls silent is cut off', async () => {
    const before = await folders(strict);
    const { key } = await createProgram(strict);
    const sender = await openSender(strict.url, { path, key, length: 500_000 });
    sender.write(`${fileHead}first words`);
    expect(await sender.untilAnswered(/too_slow/)).toMatch(/^HTTP\/1\.1 408 /);
    await sender.untilClosed();
    expect(await folders(strict)).toEqual(before);
  });

  it('broken off, or no form at all, leaves nothing', async () => {
    const before = await folders();
    const sender = await openSender(harness.url, { path, key: program.key, length: 500_000 });
    sender.write(`${fileHead}first words`);
    await until(async () => (await folders()).length > before.length);
    sender.leave();
    await until(async () => (await folders()).length === before.length);
    await until(async () => !(await openFiles()).some((name) => name.includes('audio.mp3')));
    for (const body of ['{"model": "whisper-1"}', new FormData(), formOf({ model: 'whisper-1' }, '')]) {
      expect((await post(program.key, body)).status).toBe(400);
    }
    expect(await folders()).toEqual(before);
  });

  it.each([
    "filename*=utf-8''a%0d%0ab.wav",
    "filename*=utf-16''a%0d%0ab.wav",
    "filename*=utf-8''%",
    "filename*=unknown''%ff%fe",
    'filename*=',
    'filename="a\r\nb.wav"',
    'filename*0=a; filename*1=b',
  ])('whose name is %j is answered once it is there, not when the sender has been silent too long', async (name) => {
    const body = `--b\r\nContent-Disposition: form-data; name="file"; ${name}\r\n\r\nsound\r\n--b--\r\n`;
    const sender = await openSender(harness.url, { path: '/v1/tasks', key: program.key, length: body.length });
    sender.write(body);
    expect(await sender.untilAnswered(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 (202|400) /);
    sender.leave();
  });

  it('under any name lies in its own folder', async () => {
    const name = '../../etc/"$(reboot)\n.sh';
    const answer = await post(program.key, formOf({ model: 'whisper-1' }, 'sound', name));
    const task = await harness.store.tasks.task(answer.headers.get('x-request-id') as never);
    expect(task?.source).toMatch(/^audio\.[a-z0-9]+$/);
  });
});

it('a client that goes away cancels its task, streaming or not', async () => {
  for (const stream of ['false', 'true']) {
    harness.stage.hold();
    const leaving = new AbortController();
    const before = new Set(await folders());
    const asked = fetch(`${harness.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${program.key}` },
      body: formOf({ model: 'whisper-1', stream }),
      signal: leaving.signal,
    });
    asked.catch(() => undefined);
    const id = await until(async () => (await folders()).find((name) => !before.has(name)));
    const stateOf = async () => (await harness.deps.pipeline.progress(id as never))?.state;
    await until(async () => (await stateOf()) === 'running');
    leaving.abort();
    await until(async () => (await stateOf()) === 'cancelled');
    await until(async () => !(await folders()).includes(id));
    harness.stage.release();
  }
});

describe('a webhook into the private network is refused', () => {
  const submit = (url: string) =>
    program.ask('/tasks', { method: 'POST', body: formOf({ webhook_url: url }) }).then(async (answer) => ({
      status: answer.status,
      body: (await answer.json()) as { id: string; error?: { code: string; param: string } },
    }));

  it.each([
    'http://127.0.0.1/x',
    'http://127.1/x',
    'http://2130706433/x',
    'http://0x7f.0.0.1/x',
    'http://10.0.0.8/x',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/x',
    'http://[::ffff:127.0.0.1]/x',
    'http://[fd00::1]/x',
    'http://[64:ff9b::7f00:1]/x',
    'https://user:password@example.org/x',
    'ftp://example.org/x',
    'file:///etc/passwd',
    'nonsense',
  ])('%s', async (url) => {
    expect(await submit(url)).toMatchObject({
      status: 400,
      body: { error: { code: 'webhook_refused', param: 'webhook_url' } },
    });
  });

  it('by name as well, also where the name changes its mind later', async () => {
    address = '192.168.1.1';
    expect(await submit('http://hooks.example/x')).toMatchObject({ status: 400 });
    address = '93.184.216.34';
    harness.stage.hold();
    const { status, body } = await submit('http://hooks.example/x');
    expect(status).toBe(202);
    address = '127.0.0.1';
    harness.stage.release();
    const queue = harness.deps.pipeline.queue('webhook');
    const job = await until(async () => {
      const known = await queue.getJob(`${body.id}-completed-r1`);
      // Read again: it may have failed after it was read.
      return (await known?.isFailed()) ? await queue.getJob(`${body.id}-completed-r1`) : null;
    });
    expect(job?.failedReason).toMatch(/invalid-request/);
    expect(job?.attemptsMade).toBe(1);
  });
});
