import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { createGuardedServer } from '../http/guarded-server.js';
import { isLoopback } from '../http/loopback.js';

export interface MetricsServerOptions {
  registry: Registry;
  host: string;
  /** 0: any free port. */
  port: number;
  /** Asked for as a bearer token where it is set; null: `/metrics` answers this machine only. */
  token: string | null;
  /** What keeps this process from its work, by part; empty when all is well. */
  troubles: () => Promise<readonly string[]>;
  /** Called with what goes wrong while a request is answered. */
  onError?: (error: unknown) => void;
}

export interface MetricsServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Serves `/metrics` for Prometheus, `/healthz` (the process answers) and `/readyz` (it can do its work; 503 and what
 * is missing where it cannot).
 */
export const serveMetrics = async ({
  registry,
  host,
  port,
  token,
  troubles,
  onError = () => {},
}: MetricsServerOptions): Promise<MetricsServer> => {
  const answer = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (path === '/healthz') return void response.end('ok\n');
    if (path === '/readyz') {
      const missing = await troubles();
      return void response.writeHead(missing.length === 0 ? 200 : 503).end(`${missing.join('\n') || 'ok'}\n`);
    }
    if (path !== '/metrics') return void response.writeHead(404).end();
    if (token === null && !isLoopback(request.socket.remoteAddress))
      return void response.writeHead(403).end('Set METRICS_TOKEN to read metrics from another machine.\n');
    if (token !== null && !isEqual(request.headers.authorization ?? '', `Bearer ${token}`))
      return void response.writeHead(401).end();
    response.setHeader('Content-Type', registry.contentType);
    response.end(await registry.metrics());
  };
  const server = createGuardedServer((request, response, { pathname }) => answer(pathname, request, response), {
    onError,
    requestTimeout: 10_000,
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const isEqual = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
};
