import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@whisper-bot/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EmbeddedRedis, startEmbeddedRedis } from './server.js';

let folder: string;
let redis: EmbeddedRedis;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whisper-bot-embedded-redis-'));
  redis = await start();
});
afterEach(async () => {
  await redis.process.stop(5000);
  await rm(folder, { recursive: true, force: true });
});

const start = () => startEmbeddedRedis({ folder: join(folder, 'redis'), log: join(folder, 'redis.log') });

/** The raw answers to commands, with the password where one is given. */
const ask = (commands: string[], { password }: { password?: string } = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const lines = [...(password === undefined ? [] : [`AUTH ${password}`]), ...commands, 'QUIT'];
    const socket = connect(Number(new URL(redis.url).port), '127.0.0.1', () =>
      socket.write(`${lines.join('\r\n')}\r\n`),
    );
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(answer));
  });
const password = () => new URL(redis.url).password;

test('a client without the password is refused, and no process list shows it', async () => {
  expect(await ask(['SET a 1'])).toContain('-NOAUTH');
  const commandLine = await readFile(`/proc/${redis.process.pid}/cmdline`, 'utf8');
  expect(commandLine).not.toContain(password());
  expect((await stat(join(folder, 'redis'))).mode & 0o077).toBe(0);
});

test('it loses no keys to memory and keeps a log of writes', async () => {
  const settings = await ask(['CONFIG GET maxmemory-policy', 'CONFIG GET appendonly'], { password: password() });
  expect(settings).toMatch(/noeviction[\s\S]*appendonly\r\n\$3\r\nyes/);
});

test('killed, it comes back at the same place with what it held', async () => {
  await ask(['SET kept 42'], { password: password() });
  const before = redis.process.pid;
  process.kill(before ?? 0, 'SIGKILL');
  await until(() => redis.process.pid !== undefined && redis.process.pid !== before);
  const value = await until(() =>
    ask(['GET kept'], { password: password() }).then(
      (answer) => (answer.includes('42') ? answer : false),
      () => false,
    ),
  );
  expect(value).toContain('42');
});

test('stopped and started again it has the same URL and the same keys', async () => {
  await ask(['SET kept 43'], { password: password() });
  const { url } = redis;
  await redis.process.stop(5000);
  redis = await start();
  expect(redis.url).toBe(url);
  expect(await ask(['GET kept'], { password: password() })).toContain('43');
});

test('it is started in an environment that knows neither the token nor another server', async () => {
  await redis.process.stop(5000);
  const { PATH: path = '' } = process.env;
  const seen = join(folder, 'seen');
  // A redis-server that tells what it was given: the real one overwrites it with its title.
  await mkdir(join(folder, 'bin'));
  const script = `#!/bin/sh\nenv > '${seen}'\nPATH='${path}' exec redis-server "$@"\n`;
  await writeFile(join(folder, 'bin/redis-server'), script, { mode: 0o755 });
  const secrets = { BOT_TOKEN: '50:fifty-secret', DATABASE_URL: 'postgres://u:fifty-secret@h/d' };
  Object.assign(process.env, secrets, { PATH: `${join(folder, 'bin')}:${path}` });
  try {
    redis = await start();
  } finally {
    process.env.PATH = path;
    for (const name of Object.keys(secrets)) delete process.env[name];
  }
  const environment = await readFile(seen, 'utf8');
  expect(environment).toContain('PATH=');
  expect(environment).not.toContain('fifty-secret');
});
