import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveConfig, settingVariables } from '@whisper-bot/config';
import { stablePort } from '@whisper-bot/embedded';
import { nodeTuning } from '@whisper-bot/runtime';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeConfig, findCompose, readCompose, variablesOf } from './compose.mjs';
import { readStages, settingsOf } from './dockerfile.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const path = join(root, 'docker-compose.yml');
const file = readCompose(path);
const services = Object.entries(file.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const compose = findCompose();

/** Where docker/make-secrets puts its files here. */
let secrets = '';
beforeAll(() => {
  secrets = mkdtempSync(join(tmpdir(), 'whisper-bot-secrets-'));
  makeSecrets('12345:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n');
});
afterAll(() => rmSync(secrets, { recursive: true, force: true }));

const makeSecrets = (/** @type {string} */ input) =>
  execFileSync(join(root, 'docker/make-secrets'), [secrets], { input, stdio: ['pipe', 'pipe', 'pipe'] });
const secretOf = (/** @type {string} */ name) => readFileSync(join(secrets, name), 'utf8');

test.skipIf(compose === null)('Compose reads the file (skipped where no Compose 2 is installed)', () => {
  const read = composeConfig(compose ?? [], root);
  const byDefault = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
  expect(Object.keys(read.services)).toEqual(expect.arrayContaining(byDefault));
  expect(read.services.redis?.command).toEqual(file.services.redis?.command);
  expect(read.services.worker?.environment).toMatchObject({ SHUTDOWN_GRACE: '30s', MODEL: 'base', THREADS: '' });
});

test('the services are those of the plan, and a worker with a GPU for those who ask for it', () => {
  const names = ['bot', 'clickhouse', 'dashboard', 'postgres', 'redis', 'worker', 'worker-cuda'];
  expect(Object.keys(file.services).sort()).toEqual(names);
  expect(services.filter(([, { profiles }]) => profiles !== undefined).map(([name]) => name)).toEqual(['worker-cuda']);
  expect(file.services.redis?.image).toBe('redis:7-alpine');
});

describe.each(services)('%s', (name, service) => {
  test('comes back by itself, is bounded in memory and logs, and says whether it is well', () => {
    expect(service.restart).toBe('unless-stopped');
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.logging).toMatchObject({ options: { 'max-size': '10m' } });
    expect(service.healthcheck ?? service.build).toBeDefined();
  });

  test('is reached from this machine alone, the dashboard, or not at all', () => {
    expect(service.ports ?? []).toEqual(name === 'dashboard' ? ['127.0.0.1:8080:8080'] : []);
  });

  test('may run more than once', () => {
    expect(service.container_name).toBeUndefined();
  });

  test('gets secrets as files, none by variable', () => {
    const given = Object.entries(service.environment ?? {});
    expect(given.filter(([variable]) => settingVariables.includes(`${variable}_FILE`))).toEqual([]);
    expect(given.filter(([variable, value]) => /PASSWORD$|KEY$/.test(variable) || value.includes('@'))).toEqual([]);
    for (const [variable, value] of given) {
      if (variable.endsWith('_FILE')) expect(value).toMatch(/^\/run\/secrets\/\w+$/);
    }
  });

  test('names secrets that make-secrets makes', () => {
    for (const secret of service.secrets ?? []) {
      const source = typeof secret === 'string' ? secret : secret.source;
      expect(file.secrets[source]?.file).toBe(`./secrets/${source}`);
      expect(readdirSync(secrets)).toContain(source);
    }
  });
});

describe.each(ours)('%s of ours', (_name, service) => {
  const image = settingsOf(/** @type {any} */ (readStages(join(root, service.build?.dockerfile ?? '')).at(-1)));
  const environment = { ...image.env, ...service.environment };
  const readText = (/** @type {string} */ from) => secretOf(from.replace('/run/secrets/', ''));

  test('takes only settings that exist, and all of them are right', () => {
    const known = ['NODE_ENV', ...Object.keys(nodeTuning), ...settingVariables];
    expect(Object.keys(environment).filter((each) => !known.includes(each))).toEqual([]);
    const config = resolveConfig({ env: environment, readText });
    expect(config.redisUrl).toMatch(/^redis:\/\/:\w{48}@redis:6379$/);
    expect(config.databaseUrl).toMatch(/^postgres:\/\/whisper_bot:\w{48}@postgres:5432\/whisper_bot$/);
    expect(config.clickhouseUrl).toMatch(/^http:\/\/whisper_bot:\w{48}@clickhouse:8123\/whisper_bot$/);
  });

  test('shares the tasks, the models and the state with the others', () => {
    expect(service.volumes).toEqual(['transcribe_data:/data/tasks', 'models:/data/models', 'state:/data/home']);
    expect([image.env.TASKS_DIR, image.env.MODELS_DIR, image.env.WHISPER_BOT_HOME]).toEqual([
      '/data/tasks',
      '/data/models',
      '/data/home',
    ]);
  });

  test('is killed only after it has had its time to drain', () => {
    const { shutdownGrace } = resolveConfig({ env: environment, readText });
    const seconds = Number.parseInt(service.stop_grace_period ?? '0', 10);
    // A process takes SHUTDOWN_GRACE for its work and ten seconds for closing all else (main.ts of each).
    expect(seconds).toBeGreaterThan(shutdownGrace + 10);
  });

  test('has no privileges and no disk of its own', () => {
    expect(service).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], read_only: true });
  });
});

test('the volumes are called the same wherever the repository lies', () => {
  expect(file.name).toBe('whisper-bot');
});

test('without ClickHouse, an empty secret and the names of the rest are enough', () => {
  for (const [name, { depends_on }] of ours) expect(Object.keys(depends_on ?? {}), name).not.toContain('clickhouse');
  const readText = (/** @type {string} */ from) => (from.endsWith('clickhouse_url') ? '' : secretOf(from.slice(13)));
  for (const [, { environment }] of ours) {
    const env = Object.fromEntries(Object.entries(environment ?? {}).filter(([name]) => /_URL_FILE$/.test(name)));
    expect(resolveConfig({ env, readText }).clickhouseUrl).toBeNull();
  }
});

test('databases and workers have no way out', () => {
  expect(file.networks.back).toEqual({ internal: true });
  for (const name of ['redis', 'postgres', 'clickhouse', 'worker', 'worker-cuda']) {
    expect(file.services[name]?.networks, name).toEqual(['back']);
  }
});

test('.env.example shows every variable with its default', () => {
  const shown = [...readFileSync(join(root, '.env.example'), 'utf8').matchAll(/^#(\w+)=(.*)$/gm)];
  expect(new Map(shown.map(([, name = '', value = '']) => [name, value]))).toEqual(
    new Map([...variablesOf(path)].sort(([a], [b]) => order(shown, a) - order(shown, b))),
  );
});

const order = (/** @type {RegExpMatchArray[]} */ shown, /** @type {string} */ name) =>
  shown.findIndex(([, each]) => each === name);

describe('make-secrets', () => {
  test('closes the folder, and keeps what is there', () => {
    const before = readdirSync(secrets).map((name) => [name, secretOf(name)]);
    makeSecrets('');
    expect(readdirSync(secrets).map((name) => [name, secretOf(name)])).toEqual(before);
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(secrets)) expect(statSync(join(secrets, name)).mode & 0o777, name).toBe(0o644);
    expect(Object.keys(file.secrets).sort()).toEqual(readdirSync(secrets).sort());
  });

  test('lets its owner write into files that an older version closed', () => {
    const token = join(secrets, 'bot_token');
    chmodSync(token, 0o444);
    makeSecrets('');
    expect(statSync(token).mode & 0o777).toBe(0o644);
  });

  test('gives both sides of a pair the same password', () => {
    expect(secretOf('redis_url')).toContain(secretOf('redis_auth').trim().split(' ')[1]);
    expect(secretOf('database_url')).toContain(secretOf('postgres_password'));
    expect(secretOf('clickhouse_user')).toContain(
      `<password>${new URL(secretOf('clickhouse_url')).password}</password>`,
    );
  });
});

test('Redis starts by the command as it stands, asks for the password, appends every write, and never forgets', async () => {
  const inPlace = (/** @type {string} */ text) => text.replaceAll('/run/secrets', secrets);
  const [program = '', ...args] = (file.services.redis?.command ?? []).map(inPlace);
  const port = String(await stablePort());
  const folder = mkdtempSync(join(tmpdir(), 'whisper-bot-redis-'));
  const server = spawn(program, [...args, '--port', port, '--dir', folder], { stdio: 'ignore' });
  try {
    const health = inPlace(file.services.redis?.healthcheck?.test[1] ?? '').replace(
      'redis-cli',
      `redis-cli -p ${port}`,
    );
    const isWell = async () => {
      const check = spawn('/bin/sh', ['-c', health], { stdio: 'ignore' });
      const [code] = await once(check, 'exit');
      return code === 0;
    };
    await until(isWell);
    const ask = (/** @type {string[]} */ ...words) =>
      execFileSync('redis-cli', ['--no-auth-warning', '-p', port, ...words], { encoding: 'utf8' });
    expect(ask('PING')).toContain('NOAUTH');
    const asOne = ['-a', secretOf('redis_auth').trim().split(' ')[1] ?? ''];
    expect(ask(...asOne, 'CONFIG', 'GET', 'appendonly')).toBe('appendonly\nyes\n');
    expect(ask(...asOne, 'CONFIG', 'GET', 'maxmemory-policy')).toBe('maxmemory-policy\nnoeviction\n');
    expect(ask(...asOne, 'CONFIG', 'GET', 'maxmemory')).toBe(`maxmemory\n${512 * 2 ** 20}\n`);
    server.kill('SIGTERM');
    await once(server, 'exit');
    expect(await isWell()).toBe(false);
  } finally {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});
