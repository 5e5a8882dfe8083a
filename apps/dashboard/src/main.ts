import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { assemble, keepRecord } from '@whisper-bot/assembly';
import { readMachine, resolveConfig } from '@whisper-bot/config';
import { announceReady, createLifecycle, createLogger, exitNeedsOperator } from '@whisper-bot/runtime';
import { createDashboard } from './dashboard.js';
import { openDeps } from './open.js';

const config = resolveConfig({ env: process.env });
const logger = createLogger({ name: 'dashboard', level: config.logLevel });
if (config.databaseUrl === null || config.redisUrl === null) {
  const missing = config.databaseUrl === null ? 'DATABASE_URL' : 'REDIS_URL';
  logger.fatal(`${missing} is not set: the dashboard needs PostgreSQL and Redis; \`./whisper-bot up\` starts both.`);
  process.exit(exitNeedsOperator);
}
const lifecycle = createLifecycle({ logger, graceMs: (config.shutdownGrace + 10) * 1000 });
const installation = await assemble({ config, logger, lifecycle });
await keepRecord(installation, { config, logger, lifecycle });

const deps = await openDeps({
  installation,
  config,
  shippedModels: join(readMachine().repository, 'models'),
  logger,
  lifecycle,
});
const webhooks = await deps.webhooks.serve();
lifecycle.onClose('webhooks', () => webhooks.close());
const server = createServer(createDashboard(deps));
// A large upload takes its time: bodies are bounded where they are received (web/upload-timeout.ts), heads here.
server.requestTimeout = 0;
server.headersTimeout = 20_000;
server.listen(config.dashboardPort, config.dashboardHost);
await once(server, 'listening');
lifecycle.onClose('http', async () => {
  server.close();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 2000).unref();
  await once(server, 'close');
});

const { address, port } = server.address() as AddressInfo;
const url = `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
logger.info({ url }, 'serving');
const secret = await deps.setup.issue();
const setupUrl = secret === null ? undefined : `${url}/setup?token=${secret}`;
// The address contains the secret, so it is a key: the parent process shows it; it is logged only without a parent.
if (setupUrl !== undefined && process.send === undefined) {
  process.stdout.write(`Create the first administrator (works once): ${setupUrl}\n`);
}
announceReady({ url, ...(setupUrl === undefined ? {} : { setupUrl }) });
