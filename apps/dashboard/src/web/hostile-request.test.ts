import { connect } from 'node:net';
import { attackHttp } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProgram } from '../api/test/client.js';
import { type Harness, startHarness } from '../test/harness.js';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ uploadTimeouts: { silence: 1000, linger: 500 } });
});
afterAll(() => harness.close());

const port = () => Number(new URL(harness.url).port);

test('a stranger’s hostile requests are answered or cut off, none is an error of ours, and the pages go on', async () => {
  const paths = [
    '/',
    '/sign-in',
    '/sign-in/provider/return',
    '/setup',
    '/metrics',
    '/upload',
    '/v1/tasks',
    '/static/page.js',
  ];
  const report = await attackHttp(port(), { paths });
  expect(report.hanging).toEqual([]);
  expect(report.statuses['500']).toBeUndefined();
  expect((await fetch(`${harness.url}/healthz`)).status).toBe(200);
});

test('who is signed in, or has a key, brings nothing down either', async () => {
  const { cookie } = await harness.enter('administrator');
  const { key } = await createProgram(harness);
  for (const [header, paths] of [
    [`Cookie: ${cookie}`, ['/tasks', '/upload', '/people', '/board/api/queues']],
    [`Authorization: Bearer ${key}`, ['/v1/audio/transcriptions', '/v1/tasks']],
  ] as const) {
    const report = await attackHttp(port(), { paths, headers: [header], seed: 2 });
    expect(report.hanging).toEqual([]);
    expect(report.statuses['500']).toBeUndefined();
  }
  expect((await fetch(`${harness.url}/healthz`)).status).toBe(200);
});

test('metrics without a token are for this machine, and not for requests through a proxy on it', async () => {
  const ask = (lines: readonly string[], version = '1.1') =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port(), '127.0.0.1', () =>
        socket.write(`GET /metrics HTTP/${version}\r\n${lines.join('\r\n')}\r\n\r\n`),
      );
      socket.once('data', (data) => {
        resolve(/HTTP\/1\.1 (\d+)/.exec(String(data))?.[1] ?? '');
        socket.destroy();
      });
      socket.once('error', reject);
    });
  for (const host of ['localhost', `127.0.0.1:${port()}`, '[::1]:80']) expect(await ask([`Host: ${host}`])).toBe('200');
  for (const lines of [
    ['Host: whisper.example'],
    ['Host: localhost', 'X-Forwarded-For: 203.0.113.5'],
    ['Host: localhost', 'X-Forwarded-Proto: https'],
    ['Host: localhost', 'X-Real-IP: 203.0.113.5'],
    ['Host: localhost', 'Forwarded: for=203.0.113.5'],
    ['Host: localhost', 'Via: 1.1 proxy'],
  ])
    expect(await ask(lines), lines.join()).toBe('403');
  harness.deps.options.trustProxy = 'loopback';
  expect(await ask(['Host: localhost']), 'where a proxy is said to be in front').toBe('403');
  harness.deps.options.trustProxy = '';
  // As nginx with a bare proxy_pass forwards a request.
  expect(await ask([`Host: 127.0.0.1:${port()}`, 'Connection: close'], '1.0')).toBe('403');
});
