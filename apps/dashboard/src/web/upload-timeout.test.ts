import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createProgram, formOf } from '../api/test/client.js';
import { type Harness, startHarness } from '../test/harness.js';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ uploadTimeouts: { form: 1500, silence: 1500, linger: 300 } });
});
afterAll(() => harness.close());

/** Opens a connection, sends a head that promises a body, a piece of it, and then nothing more. */
const beginBody = (path: string, type: string, url = harness.url): { socket: Socket; closed: Promise<unknown> } => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined).resume();
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    `Origin: http://localhost`,
    `Content-Type: ${type}`,
    'Content-Length: 100000',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\nname=a&pass`);
  return { socket, closed: once(socket, 'close') };
};

test('hundreds of half-sent bodies are cut off, wherever they are sent, and others are served meanwhile', async () => {
  const paths = ['/sign-in', '/setup', '/preferences', '/nothing', '/upload', '/v1/tasks', '/v1/nothing', '/healthz'];
  const held = paths.flatMap((path) =>
    Array.from({ length: 40 }, (_, index) =>
      beginBody(path, index % 2 === 0 ? 'application/x-www-form-urlencoded' : 'multipart/form-data; boundary=b'),
    ),
  );
  expect((await fetch(`${harness.url}/healthz`)).status).toBe(200);
  await Promise.all(held.map(({ closed }) => closed));
});

test('a body that trickles for ever is cut off as well', async () => {
  const { socket, closed } = beginBody('/sign-in', 'application/x-www-form-urlencoded');
  const dripping = setInterval(() => socket.write('x'), 100);
  await closed;
  clearInterval(dripping);
});

test('a process that stood still does not blame the sender: what came meanwhile is read first', async () => {
  const { key } = await createProgram(harness);
  const form = new Response(formOf({ model: 'whisper-1' }, 'sound'.repeat(2000)));
  const body = Buffer.from(await form.arrayBuffer());
  const socket = connect(Number(new URL(harness.url).port), '127.0.0.1');
  const answered = once(socket, 'data');
  const head = [
    'POST /v1/tasks HTTP/1.1',
    'Host: x',
    `Authorization: Bearer ${key}`,
    `Content-Type: ${form.headers.get('content-type')}`,
    `Content-Length: ${body.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.write(body.subarray(0, 1000));
  const folders = () => readdir(harness.deps.options.tasksDir);
  const before = await folders();
  await until(async () => (await folders()).length > before.length);
  // As where the machine was suspended; the rest is on its way by then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
  socket.write(body.subarray(1000));
  expect(String((await answered)[0])).toMatch(/^HTTP\/1\.1 202/);
  socket.destroy();
});

test('a recording may take longer than a form', async () => {
  // What is silent for a moment on a busy machine is another matter.
  const lenient = await startHarness({ work: false, uploadTimeouts: { form: 1500, silence: 120_000, linger: 300 } });
  onTestFinished(() => lenient.close());
  const { key } = await createProgram(lenient);
  const form = new Response(formOf({ model: 'whisper-1' }, 'sound'.repeat(2000)));
  const body = Buffer.from(await form.arrayBuffer());
  const socket = connect(Number(new URL(lenient.url).port), '127.0.0.1');
  const type = form.headers.get('content-type');
  socket.write(
    `POST /v1/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  const answered = once(socket, 'data');
  let sent = 0;
  const send = (bytes: number) => {
    socket.write(body.subarray(sent, sent + bytes));
    sent += bytes;
  };
  // Something every moment, until a form that was begun later has had its time.
  const late = beginBody('/sign-in', 'application/x-www-form-urlencoded', lenient.url);
  const dripping = setInterval(send, 100, 20);
  await late.closed;
  clearInterval(dripping);
  expect(sent).toBeLessThan(body.length);
  send(body.length);
  expect(String((await answered)[0])).toMatch(/^HTTP\/1\.1 202/);
  socket.destroy();
});
