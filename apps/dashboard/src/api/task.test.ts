import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { openTelegramDatabase } from '@whisper-bot/store/telegram';
import { createTaskFolder, type TaskId } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';
import { idOfRequest } from './idempotency.js';
import { taskEventSchema } from './task-event.js';
import { type TaskView, taskDeletedSchema, taskListSchema, taskViewSchema } from './task-view.js';
import { createProgram, formOf, type Program } from './test/client.js';
import { webhookSchema } from './webhook/webhook.js';

let harness: Harness;
let program: Program;
/** What the name of the webhook's host means at the moment. */
const address = '127.0.0.1';
beforeAll(async () => {
  harness = await startHarness({
    env: { WEBHOOK_PRIVATE: 'yes' },
    resolve: async () => [{ address, family: 4 }],
  });
  program = await createProgram(harness);
});
afterAll(() => harness.close());
afterEach(() => {
  harness.stage.release();
  harness.stage.broken.clear();
});

const submit = async (fields: Record<string, string> = {}, by = program): Promise<TaskView> => {
  const answer = await by.ask('/tasks', { method: 'POST', body: formOf(fields) });
  expect(answer.status).toBe(202);
  const task = taskViewSchema.strict().parse(await answer.json());
  expect(answer.headers.get('location')).toBe(`/v1/tasks/${task.id}`);
  return task;
};
const look = async ({ id }: TaskView) => taskViewSchema.parse(await (await program.ask(`/tasks/${id}`)).json());
const untilIs = (task: TaskView, status: TaskView['status']) => until(async () => (await look(task)).status === status);

describe('a task', () => {
  it('is accepted at once, worked on, and its result stays', async () => {
    harness.stage.hold();
    const task = await submit({ language: 'de', speakers: '2', translate: 'true' });
    expect(task).toMatchObject({ title: 'talk.mp3', model: 'base', language: 'de', diarize: true, translate: true });
    await untilIs(task, 'running');
    const early = await program.ask(`/tasks/${task.id}/result`);
    expect([early.status, early.headers.get('retry-after')]).toEqual([409, '2']);
    harness.stage.release();
    await untilIs(task, 'done');
    expect(await look(task)).toMatchObject({ percent: 100, error: null });
    const result = await (await program.ask(`/tasks/${task.id}/result`)).json();
    expect(result).toMatchObject({
      text: expect.stringContaining('figures'),
      segments: [{ speaker: 'SPEAKER_00' }, {}, {}],
    });
    for (const [format, type] of [
      ['srt', 'application/x-subrip'],
      ['md', 'text/markdown'],
      ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ]) {
      const answer = await program.ask(`/tasks/${task.id}/result?format=${format}`);
      expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([200, type]);
    }
    expect((await program.ask(`/tasks/${task.id}/result?format=exe`)).status).toBe(400);
  });

  it('that fails says why, in one sentence', async () => {
    harness.stage.broken.set('prepare', 'moov atom not found');
    const task = await submit();
    await untilIs(task, 'failed');
    expect((await look(task)).error).toEqual({ code: 'unknown_model', message: 'The model is not here.' });
    const result = await program.ask(`/tasks/${task.id}/result`);
    expect([result.status, await result.json()]).toMatchObject([409, { error: { code: 'unknown_model' } }]);
  });

  it('sends events from its start to its end', async () => {
    harness.stage.hold();
    const task = await submit();
    const answer = await program.ask(`/tasks/${task.id}/events`);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const reader = (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const read = async (end: RegExp) => {
      while (!end.test(text)) {
        const { done, value } = await reader.read();
        if (done) break;
        text += value;
      }
    };
    await read(/"status":"running"/);
    harness.stage.release();
    await read(/\[DONE\]/);
    const events = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) =>
      taskEventSchema.parse(JSON.parse(json ?? '')),
    );
    expect(events.at(-1)).toMatchObject({ type: 'task.done', task: { id: task.id, percent: 100, duration: 6 } });
    const percents = events.map((event) => event.task.percent);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  });

  it('is cancelled by deleting it, with all that is kept of it', async () => {
    harness.stage.hold();
    const running = await submit();
    await untilIs(running, 'running');
    const answer = await program.ask(`/tasks/${running.id}`, { method: 'DELETE' });
    expect(taskDeletedSchema.parse(await answer.json()).id).toBe(running.id);
    await untilIs(running, 'cancelled');
    harness.stage.release();
    const done = await submit();
    await untilIs(done, 'done');
    await program.ask(`/tasks/${done.id}`, { method: 'DELETE' });
    for (const { id } of [running, done]) expect((await program.ask(`/tasks/${id}/result`)).status).toBe(410);
    expect(await look(done)).toMatchObject({ title: '' });
  });

  it('is listed for its own key only, page by page', async () => {
    const other = await createProgram(harness);
    const tasks = [await submit({}, other), await submit({}, other), await submit({}, other)];
    const page = async (query: string) => taskListSchema.parse(await (await other.ask(`/tasks${query}`)).json());
    const first = await page('?limit=2');
    expect(first).toMatchObject({ has_more: true, data: [{ id: tasks[2]?.id }, { id: tasks[1]?.id }] });
    expect(await page(`?limit=2&after=${first.next}`)).toMatchObject({
      has_more: false,
      next: null,
      data: [{ id: tasks[0]?.id }],
    });
    expect((await other.ask('/tasks?limit=1000')).status).toBe(400);
    for (const path of ['', '/result', '/events'])
      expect((await program.ask(`/tasks/${tasks[0]?.id}${path}`)).status).toBe(404);
    expect((await program.ask(`/tasks/${tasks[0]?.id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await other.ask('/tasks/../../etc/passwd')).status).toBe(404);
  });
});

describe('an Idempotency-Key', () => {
  const hand = (key: string, by = program) =>
    by.ask('/tasks', { method: 'POST', body: formOf({}), headers: { 'idempotency-key': key } });

  it('makes one task of any number of requests, each answered with it', async () => {
    const before = harness.stage.ran.length;
    const answers = await Promise.all(Array.from({ length: 5 }, () => hand('order-1')));
    const [first] = answers.filter(({ status }) => status === 202);
    expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
    const task = taskViewSchema.parse(await first?.json());
    await untilIs(task, 'done');
    const again = await hand('order-1');
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    expect(await again.json()).toMatchObject({ id: task.id, status: 'done' });
    expect(harness.stage.ran.slice(before).filter((part) => part === 'prepare')).toHaveLength(1);
    await program.ask(`/tasks/${task.id}`, { method: 'DELETE' });
    expect(await (await hand('order-1')).json()).toMatchObject({ id: task.id });
  });

  it('is the key’s own, and of a plain shape', async () => {
    const other = await createProgram(harness);
    const ids = [await hand('order-2'), await hand('order-3'), await hand('order-2', other)].map(
      async (answer) => ((await answer.json()) as TaskView).id,
    );
    expect(new Set(await Promise.all(ids)).size).toBe(3);
    for (const key of ['', 'a b', 'x'.repeat(256)]) expect([(await hand(key)).status, key]).toEqual([400, key]);
  });

  it.each([
    ['before it was written down', false],
    ['before the record knew of it', true],
  ])('of an acceptance that was cut off %s is accepted all the same', async (when, isWritten) => {
    const key = `cut-off-${isWritten}`;
    const id = idOfRequest({ request: { get: () => key }, key: { id: program.id } } as never);
    const folder = await createTaskFolder(harness.deps.options.tasksDir, id as TaskId);
    await writeFile(folder.file('audio.mp3'), 'sound');
    if (isWritten) {
      const acceptedAt = new Date().toISOString();
      const body = {
        v: 1,
        id,
        channel: 'folder',
        source: 'audio.mp3',
        owner: `key:${program.id}`,
        options: {},
        acceptedAt,
      };
      await folder.write('task.json', { ...body, title: when });
    }
    const task = taskViewSchema.parse(await (await hand(key)).json());
    expect(task.id).toBe(id);
    await untilIs(task, 'done');
    expect((await hand(key)).headers.get('idempotent-replayed')).toBe('true');
  });

  it('of a dashboard that was killed between taking a recording and writing it down is accepted by the next', async () => {
    const pool = await openTelegramDatabase(harness.environment.DATABASE_URL ?? '', () => {});
    const admin = await pool.connect();
    const start = async () => {
      const child = spawn(process.execPath, [createRequire(import.meta.url).resolve('@whisper-bot/dashboard')], {
        env: { ...process.env, ...harness.environment, DASHBOARD_PORT: '0' },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const [{ url }] = (await once(child, 'message')) as [{ url: string }];
      return { child, url };
    };
    const send = (url: string) =>
      fetch(`${url}/v1/tasks`, {
        method: 'POST',
        body: formOf({}),
        headers: { authorization: `Bearer ${program.key}`, 'idempotency-key': 'killed' },
      });
    const first = await start();
    // Databases with one origin have the same numbers for their tables.
    const waiting = `pg_locks join pg_stat_activity using (pid) where not granted and relation = 'task'::regclass
      and database = (select oid from pg_database where datname = current_database()) and query ilike 'insert into %'`;
    // What reads goes on; what writes the task down waits, until its process is gone.
    await admin.query('begin; lock table task in exclusive mode');
    const cut = send(first.url).catch(() => null);
    await until(async () => {
      const { rowCount } = await admin.query(`select 1 from ${waiting}`);
      return (rowCount ?? 0) > 0;
    });
    const ended = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await Promise.all([ended, cut]);
    await admin.query(`select pg_terminate_backend(pid) from ${waiting}`);
    await admin.query('rollback');
    admin.release();
    await pool.end();

    const second = await start();
    const answer = await until(async () => {
      const given = await send(second.url);
      return given.status !== 409 && given;
    });
    expect(answer.status).toBe(202);
    const task = taskViewSchema.parse(await answer.json());
    await untilIs(task, 'done');
    expect(harness.delivered.filter((id) => id === task.id)).toHaveLength(1);
    const closed = once(second.child, 'exit');
    second.child.kill('SIGTERM');
    await closed;
  });

  it('of a refused request may be used again', async () => {
    const wrong = await program.ask('/tasks', {
      method: 'POST',
      body: formOf({ language: 'Klingon' }),
      headers: { 'idempotency-key': 'order-4' },
    });
    expect(wrong.status).toBe(400);
    expect((await hand('order-4')).headers.get('idempotent-replayed')).toBeNull();
  });
});

describe('a webhook', () => {
  interface Call {
    headers: IncomingHttpHeaders;
    body: string;
  }
  let receiver: Server;
  let url: string;
  let calls: Call[];
  /** What the receiver answers, one after the other; then 204. */
  let answers: number[];
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        calls.push({ headers: request.headers, body });
        response.writeHead(answers.shift() ?? 204, { location: url }).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    url = `http://hooks.example:${(receiver.address() as AddressInfo).port}/done`;
  });
  afterAll(() => receiver.close());
  const reset = () => {
    calls = [];
    answers = [];
  };

  it('is called once, signed so that OpenAI’s client believes it', async () => {
    reset();
    const task = await submit({ webhook_url: url });
    const call = await until(() => calls[0]);
    const { secret } = (await (await program.ask('/webhook_secret')).json()) as { secret: string };
    const { openai } = program;
    const headers = call.headers as Record<string, string>;
    expect(webhookSchema.parse(await openai.webhooks.unwrap(call.body, headers, secret))).toMatchObject({
      type: 'task.completed',
      data: { id: task.id, status: 'done', duration: 6 },
    });
    const forged = call.body.replace('"done"', '"failed"');
    await expect(openai.webhooks.unwrap(forged, headers, secret)).rejects.toThrow();
    const another = (await (await (await createProgram(harness)).ask('/webhook_secret')).json()) as { secret: string };
    await expect(openai.webhooks.unwrap(call.body, headers, another.secret)).rejects.toThrow();
  });

  it('is tried again where it fails or leads elsewhere, under the same id', async () => {
    reset();
    answers = [500, 302];
    await submit({ webhook_url: url });
    await until(() => calls.length === 3);
    expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('is called even where Redis was emptied while it waited, and once', async () => {
    reset();
    // However often it is tried before Redis is emptied.
    answers = Array(20).fill(503);
    const task = await submit({ webhook_url: url });
    await until(() => calls.length > 0);
    const { pipeline } = harness.deps;
    const waiting = () =>
      harness.store.tasks
        .unnotified({ grace: -1, within: 60 }, { limit: 500 })
        .then(({ tasks }) => tasks.filter(({ id }) => id === task.id));
    const ended = await until(async () => (await waiting())[0]);
    expect(await pipeline.renotify(ended.id, 'completed')).toBe(false);
    await pipeline.queue('webhook').obliterate({ force: true });
    answers = [];
    const before = calls.length;
    expect(await pipeline.renotify(ended.id, 'completed')).toBe(true);
    await until(async () => (await waiting()).length === 0);
    expect(calls).toHaveLength(before + 1);
    expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('sends failures too', async () => {
    reset();
    harness.stage.broken.set('prepare', 'moov atom not found');
    const task = await submit({ webhook_url: url });
    const call = await until(() => calls[0]);
    expect(webhookSchema.parse(JSON.parse(call.body))).toMatchObject({
      type: 'task.failed',
      data: { id: task.id, status: 'failed', error: { message: 'The model is not here.' } },
    });
  });

  it('of a revoked key is not called', async () => {
    reset();
    const other = await createProgram(harness);
    harness.stage.hold();
    const task = await submit({ webhook_url: url }, other);
    await harness.store.keys.revoke(other.id);
    harness.stage.release();
    const queue = harness.deps.pipeline.queue('webhook');
    await until(async () => (await queue.getJob(`${task.id}-completed-r1`))?.isCompleted());
    expect(calls).toEqual([]);
  });
});
