import { attackHttp } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProgram } from './api/test/client.js';
import { type Harness, startHarness } from './test/harness.js';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ uploadPatience: { silence: 1000, linger: 500 } });
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
