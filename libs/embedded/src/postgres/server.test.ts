import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, watch } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { type TemporaryDirectory, temporaryDirectory, until } from '@whisper-bot/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { findServer } from './lock-file.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './server.js';

const logger = createLogger({ name: 'test', level: 'silent' });

let directory: TemporaryDirectory;
let dir: string;
let data: string;
const servers: EmbeddedPostgres[] = [];
const parents: ChildProcess[] = [];

/** A cluster as the first start leaves it: to make one takes longer than most of what is tested with it. */
let made: TemporaryDirectory;
beforeAll(async () => {
  made = await temporaryDirectory('made');
  await chmod(made.path, 0o755);
  await (await startEmbeddedPostgres({ dir: join(made.path, 'postgres'), logger })).close();
});
afterAll(() => made.remove());

beforeEach(async () => {
  directory = await temporaryDirectory('embedded');
  // As root the server runs as the user `postgres`, who must be able to enter.
  await chmod(directory.path, 0o755);
  dir = join(directory.path, 'postgres');
  execFileSync('cp', ['-a', join(made.path, 'postgres'), dir]);
  data = join(dir, 'cluster', 'data');
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  for (const parent of parents.splice(0)) parent.kill('SIGKILL');
  await until(async () => (await findServer(data)) === null);
  await directory.remove();
});

const start = async (supervise = true): Promise<EmbeddedPostgres> => {
  const server = await startEmbeddedPostgres({ dir, logger, supervise });
  servers.push(server);
  return server;
};

const ask = async (url: string, query: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** A zombie that its new parent has not yet collected runs no more. */
const isRunning = async (pid: number): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && !/\) [ZX] /.test(stat);
};

const entry = pathToFileURL(createRequire(import.meta.url).resolve('@whisper-bot/embedded')).href;
const program = `const { startEmbeddedPostgres } = await import(process.argv[1]);
const quiet = () => {};
await startEmbeddedPostgres({ dir: process.argv[2], logger: { info: quiet, warn: quiet, error: quiet } });
process.stdout.write('ready');
setInterval(quiet, 1000);`;

/** Another process that owns the server, once it accepts connections. */
const startParent = async (): Promise<ChildProcess> => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program, entry, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  parents.push(parent);
  if (parent.stdout === null) throw new Error('no stdout');
  await once(parent.stdout, 'data');
  return parent;
};

it('runs with checksums, by password only, on loopback, and never as root', async () => {
  const { url } = await start();
  const settings = await ask(
    url,
    `select current_setting('data_checksums') sums, current_setting('listen_addresses') at`,
  );
  expect(settings).toEqual([{ sums: 'on', at: '127.0.0.1' }]);
  const wrong = new URL(url);
  wrong.password = 'guess';
  await expect(ask(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  const pid = (await findServer(data))?.pid;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).not.toBe(0);
});

it('is one server for all who start it on the same folder at once', async () => {
  // In an empty folder: they make its cluster at once, too.
  dir = join(directory.path, 'empty');
  data = join(dir, 'cluster', 'data');
  const [one, other] = await Promise.all([start(), start()]);
  expect(one?.url).toBe(other?.url);
  expect([one?.owner, other?.owner].filter(Boolean)).toHaveLength(1);
});

it('ends with its parent, even by SIGKILL, and what was written is there at the next start', async () => {
  const parent = await startParent();
  const joined = await start(false);
  expect(joined.owner).toBe(false);
  await ask(joined.url, `create table kept as select 'here' as what`);
  const before = (await findServer(data))?.pid ?? 0;
  parent.kill('SIGKILL');
  await until(async () => (await findServer(data)) === null);
  await until(async () => !(await isRunning(before)));
  const { url } = await start();
  expect(await ask(url, 'select what from kept')).toEqual([{ what: 'here' }]);
});

it('is started again at the same address by another user when its parent has died', async () => {
  const parent = await startParent();
  const { url } = await start();
  const before = (await findServer(data))?.pid;
  parent.kill('SIGKILL');
  await until(async () => {
    const now = await findServer(data);
    return now?.ready === true && now.pid !== before;
  });
  expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('comes back after SIGKILL with what was committed', async () => {
  const { url } = await start();
  await ask(url, `create table kept as select 'here' as what`);
  const before = (await findServer(data))?.pid ?? 0;
  process.kill(before, 'SIGKILL');
  const rows = await until(() => ask(url, 'select what from kept').catch(() => null));
  expect(rows).toEqual([{ what: 'here' }]);
  expect((await findServer(data))?.pid).not.toBe(before);
});

it('comes back at the same port, however long another process holds it meanwhile', async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  const pid = (await findServer(data))?.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  // Nothing else of this process runs until the port is taken: the kill is not even noticed.
  while (!/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  const squatter = createServer().listen(port, '127.0.0.1');
  await once(squatter, 'listening');
  // Each attempt writes the lock file and removes it.
  let changes = 0;
  const attempts = watch(data, (_event, name) => {
    if (name === 'postmaster.pid') changes += 1;
  });
  await until(async () => changes >= 6 || (await findServer(data))?.ready);
  attempts.close();
  expect((await findServer(data))?.ready ?? false).toBe(false);
  squatter.close();
  await until(async () => (await findServer(data))?.ready);
  expect((await findServer(data))?.port).toBe(port);
  expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('is not held up by the lock file of a server that is gone, whose number another process has by now', async () => {
  const first = await startEmbeddedPostgres({ dir, logger });
  await first.close();
  await writeFile(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n0\n5432\n\n127.0.0.1\n0 0\nready\n`);
  const { url } = await start();
  expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('of another container, whose numbers mean nothing here, keeps its lock file and stays alone on its data', async () => {
  const { url } = await start(false);
  const path = join(data, 'postmaster.pid');
  const text = await readFile(path, 'utf8');
  const lines = text.split('\n');
  // A number that no process has, as one of another namespace.
  await writeFile(path, ['4194303', ...lines.slice(1)].join('\n'));
  expect(await findServer(data)).toMatchObject({ ready: false });
  expect(await readFile(path, 'utf8')).toContain('4194303');
  await writeFile(path, text);
  expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it.skipIf(process.getuid?.() !== 0)(
  'refuses a folder the system user cannot enter, and leaves nothing running',
  async () => {
    const shut = join(directory.path, 'shut');
    await mkdir(shut, { mode: 0o700 });
    await expect(startEmbeddedPostgres({ dir: join(shut, 'postgres'), logger })).rejects.toThrow(
      /EACCES|ermission denied/,
    );
    expect(await findServer(join(shut, 'postgres', 'cluster', 'data'))).toBeNull();
  },
);
