import { startTcpProxy, type TcpProxy, until } from '@whisper-bot/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openSettings } from './people/setting.js';
import { openSession } from './session.js';
import { openStore, type Store } from './store.js';
import { takeLease } from './telegram/lease.js';
import { logger, startServer, type TestServer } from './test/server.js';

let server: TestServer;
let store: Store;
let proxy: TcpProxy;
let url: string;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  url = await server.fresh();
  store = await openStore({ url, logger });
  proxy = await startTcpProxy(Number(new URL(url).port));
});
afterEach(async () => {
  await store.close();
  await proxy.close();
});

const schemas = { size: z.number().int().min(1) };
const follow = (at = proxy.url(url), signal?: AbortSignal) =>
  openSettings({
    db: store.db,
    url: at,
    schemas,
    defaults: { size: 5 },
    onError: () => undefined,
    ...(signal === undefined ? {} : { signal }),
  });

/** How many connections of a name the server has. */
const sessions = async (name: string): Promise<number> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ count: string }>(
    'select count(*) from pg_stat_activity where application_name like $1 and datname = current_database()',
    [`${name}%`],
  );
  await client.end();
  return Number(rows[0]?.count);
};
const listeners = () => sessions('whisper-bot settings').catch(() => null);

describe('settings while PostgreSQL is away', () => {
  it('are asked for by one attempt at a time, with growing pauses, and followed by one connection afterwards', async () => {
    const settings = await follow();
    const before = proxy.attempts;
    const since = performance.now();
    proxy.set('refuse');
    await until(() => proxy.attempts >= before + 10);
    // 50 + 100 + 200 + 400 + 800 ms, then a second at least each: attempts that double are there far sooner.
    expect(performance.now() - since).toBeGreaterThan(5000);
    proxy.set('pass');
    await until(async () => (await listeners()) === 1);
    await settings.set('size', 7, 'ann');
    const other = await follow(url);
    await other.set('size', 9, 'ann');
    await until(() => settings.get('size') === 9);
    await other.close();
    expect(proxy.open).toBe(1);
    await settings.close();
    await until(() => proxy.open === 0);
    expect(await until(async () => (await listeners()) === 0)).toBe(true);
  });

  it('are read once it answers, whenever that is, and can be given up before', async () => {
    proxy.set('refuse');
    const late = follow();
    await until(() => proxy.attempts >= 2);
    proxy.set('pass');
    const settings = await late;
    expect(settings.get('size')).toBe(5);
    await settings.close();

    proxy.set('silent');
    const giveUp = new AbortController();
    const never = follow(proxy.url(url), giveUp.signal);
    await until(() => proxy.open > 0);
    giveUp.abort(new Error('closing'));
    await expect(never).rejects.toThrow();
  });

  it('keep one connection through kills of the server, one after another', async () => {
    const settings = await follow(url);
    for (const round of [1, 2]) {
      const { pid } = server;
      process.kill(pid ?? 0, 'SIGKILL');
      await until(() => server.pid !== undefined && server.pid !== pid);
      await until(async () => (await listeners()) === 1);
      await until(() => store.ping());
      const other = await follow(url);
      await other.set('size', 20 + round, 'ann');
      await until(() => settings.get('size') === 20 + round);
      await other.close();
    }
    await until(async () => (await listeners()) === 1);
    await settings.close();
  });
});

describe('a long session', () => {
  it('ends when the other side falls silent, and its own end never hangs on that', async () => {
    const begin = async () => {};
    const session = await openSession(
      { url: proxy.url(url), name: 'silent', begin, beat: 50, patience: 3000 },
      new AbortController().signal,
    );
    proxy.set('silent');
    await session.ended;
    proxy.set('pass');
    const other = await openSession({ url: proxy.url(url), name: 'silent', begin }, new AbortController().signal);
    proxy.set('silent');
    await other.close();
  });
});

describe('the lease of a bot', () => {
  const leaseName = async (): Promise<string> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `select application_name as name from pg_stat_activity where application_name like 'whisper-bot lease%'`,
    );
    await client.end();
    return rows[0]?.name ?? '';
  };
  const take = `select pg_advisory_lock(hashtextextended('telegram-bot:' || '7', 0))`;

  it('is taken once, again after an outage, and given back', async () => {
    let lost = 0;
    const lease = await takeLease(proxy.url(url), 7, () => (lost += 1));
    expect(lease).not.toBeNull();
    expect(await takeLease(url, 7, () => undefined)).toBeNull();
    proxy.set('refuse');
    await until(() => proxy.attempts >= 4);
    proxy.set('pass');
    await until(async () => (await sessions('whisper-bot lease')) === 1);
    expect(await until(async () => (await takeLease(url, 7, () => undefined)) === null)).toBe(true);
    expect(lost).toBe(0);
    await lease?.release();
    const next = await until(() => takeLease(url, 7, () => undefined));
    await next.release();
  });

  it.each([
    ['an earlier connection of its own that the server has not missed yet', true],
    ['another process', false],
  ])('that %s holds', async (_who, own) => {
    let lost = false;
    const lease = await takeLease(url, 7, () => {
      lost = true;
    });
    const name = await leaseName();
    const holder = new pg.Client({ connectionString: url, application_name: own ? name : 'another' });
    holder.on('error', () => undefined);
    await holder.connect();
    const waiting = holder.query(take);
    waiting.catch(() => undefined);
    const end = new pg.Client({ connectionString: url });
    await end.connect();
    await until(async () => {
      const { rowCount } = await end.query(`select 1 from pg_locks where locktype = 'advisory' and not granted`);
      return rowCount === 1;
    });
    await end.query('select pg_terminate_backend(pid) from pg_locks where granted and locktype = $1', ['advisory']);
    if (own) {
      await waiting;
      await until(async () => {
        const { rows } = await end.query<{ name: string; pid: number }>(
          `select a.pid from pg_locks l join pg_stat_activity a using (pid)
           where l.locktype = 'advisory' and l.granted and a.application_name = $1 and l.pid <> $2`,
          [name, (holder as unknown as { processID: number }).processID],
        );
        return rows.length === 1;
      });
      expect(lost).toBe(false);
    } else await until(() => lost);
    await lease?.release();
    await holder.end().catch(() => undefined);
    await end.end();
  });
});
