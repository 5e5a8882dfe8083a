import { attackHttp } from '@whisper-bot/testing';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { serveMetrics } from '../metric/server.js';

test('no request brings down the server of metrics and health, with a token or without', async () => {
  for (const token of [null, 'secret-token']) {
    const server = await serveMetrics({
      registry: new Registry(),
      host: '127.0.0.1',
      port: 0,
      token,
      troubles: async () => [],
    });
    const report = await attackHttp(Number(new URL(server.url).port), { paths: ['/metrics', '/healthz', '/readyz'] });
    expect(report.hanging).toEqual([]);
    expect(report.statuses['500']).toBeUndefined();
    expect(await (await fetch(`${server.url}/healthz`)).text()).toBe('ok\n');
    await server.close();
  }
});

test('an exception of a metric becomes a 500, and the process lives', async () => {
  const registry = new Registry();
  registry.metrics = () => Promise.reject(new Error('a collector failed'));
  const seen: unknown[] = [];
  const server = await serveMetrics({
    registry,
    host: '127.0.0.1',
    port: 0,
    token: null,
    troubles: async () => [],
    onError: (error) => seen.push(error),
  });
  expect((await fetch(`${server.url}/metrics`)).status).toBe(500);
  expect(String(seen[0])).toContain('a collector failed');
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  await server.close();
});
