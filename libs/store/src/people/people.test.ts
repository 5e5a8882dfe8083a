import { randomUUID } from 'node:crypto';
import { until } from '@whisper-bot/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openStore, type Store } from '../store.js';
import { logger, startServer, type TestServer } from '../test/server.js';
import { openSettings } from './setting.js';

let server: TestServer;
let url: string;
let store: Store;
beforeAll(async () => {
  server = await startServer();
  url = await server.fresh();
  store = await openStore({ url, logger, sessionLife: { idle: 3600, absolute: 7200 } });
});
afterAll(async () => {
  await store.close();
  await server.close();
});

const account = async (role: 'viewer' | 'operator' | 'administrator' = 'viewer') => {
  const name = `person-${randomUUID()}`;
  const created = await store.accounts.create({ name, password: 'correct horse battery', role });
  if (created === null) throw new Error('not created');
  return created;
};

describe('accounts', () => {
  it('open with their password only, whatever the case of the name, and not while disabled', async () => {
    const { id, name } = await account('operator');
    await account('administrator');
    expect(await store.accounts.verify(name.toUpperCase(), 'correct horse battery')).toMatchObject({
      id,
      role: 'operator',
    });
    expect(await store.accounts.verify(name, 'wrong')).toBeNull();
    expect(await store.accounts.verify('nobody', 'correct horse battery')).toBeNull();
    expect(await store.accounts.create({ name: name.toUpperCase(), password: 'x', role: 'viewer' })).toBeNull();
    await store.accounts.change(id, { disabled: true });
    expect(await store.accounts.verify(name, 'correct horse battery')).toBeNull();
    const { rows } = await sql<{ password: string }>`select password from account where id = ${id}`.execute(store.db);
    expect(rows[0]?.password).toMatch(/^scrypt\$131072\$8\$1\$/);
  });

  it('never leave the house without an administrator', async () => {
    const lonely = await openStore({ url: await server.fresh(), logger });
    const one = await lonely.accounts.create({ name: 'one', password: 'correct horse battery', role: 'administrator' });
    const two = await lonely.accounts.create({ name: 'two', password: 'correct horse battery', role: 'administrator' });
    const outcomes = await Promise.all(
      [one, two].map((each) => lonely.accounts.change(each?.id ?? '', { role: 'viewer' })),
    );
    expect(outcomes.sort()).toEqual([false, true]);
    await lonely.close();
  });
});

describe('sessions', () => {
  it('are found by their token, end when closed, idle, too old, or disabled', async () => {
    const { id } = await account();
    const from = { address: '127.0.0.1', agent: 'test' };
    const [open, idle, old, closed] = await Promise.all([1, 2, 3, 4].map(() => store.sessions.open(id, from)));
    const sessions = await Promise.all([open, idle, old, closed].map((token) => store.sessions.find(token ?? '')));
    await sql`update session set seen_at = now() - interval '61 minutes' where id = ${sessions[1]?.id}`.execute(
      store.db,
    );
    await sql`update session set started_at = now() - interval '121 minutes' where id = ${sessions[2]?.id}`.execute(
      store.db,
    );
    await store.sessions.close(sessions[3]?.id ?? '');
    expect(await store.sessions.find(open ?? '')).toMatchObject({ account: { id } });
    for (const token of [idle, old, closed, 'guess']) expect(await store.sessions.find(token ?? '')).toBeNull();
    expect(await store.sessions.list(id)).toHaveLength(1);
    await store.accounts.change(id, { disabled: true });
    expect(await store.sessions.find(open ?? '')).toBeNull();
  });

  it('all end with a new password but the one it was set in', async () => {
    const { id } = await account();
    const from = { address: '', agent: '' };
    const here = await store.sessions.open(id, from);
    const elsewhere = await store.sessions.open(id, from);
    await store.accounts.setPassword(id, 'another long password', (await store.sessions.find(here))?.id ?? '');
    expect(await store.sessions.find(here)).not.toBeNull();
    expect(await store.sessions.find(elsewhere)).toBeNull();
  });

  it('keep no token that could be used', async () => {
    const { id } = await account();
    const token = await store.sessions.open(id, { address: '', agent: '' });
    const { rows } = await sql<{ row: string }>`select session::text as row from session`.execute(store.db);
    expect(rows.some(({ row }) => row.includes(token))).toBe(false);
  });
});

it('bounds attempts, also at once', async () => {
  const key = randomUUID();
  const bound = { attempts: 3, seconds: 60 };
  const since = performance.now();
  const allowed = await Promise.all(Array.from({ length: 8 }, () => store.attempts.allow(key, bound)));
  expect(allowed.filter(Boolean)).toHaveLength(3);
  const left = await store.attempts.wait(key, 60);
  expect(left).toBeLessThanOrEqual(60);
  expect(left).toBeGreaterThanOrEqual(59 - (performance.now() - since) / 1000);
  await store.attempts.clear(key);
  expect(await store.attempts.allow(key, bound)).toBe(true);
});

it('finds a key by itself until it is revoked', async () => {
  const { id, key } = await store.keys.create('script', 'admin', { requestsPerMinute: 5 });
  expect(await store.keys.find(key)).toMatchObject({ id, name: 'script', limits: { requestsPerMinute: 5 } });
  expect(await store.keys.find(`${key}x`)).toBeNull();
  const secret = await store.keys.signingSecret(id);
  expect(secret).toHaveLength(32);
  expect(await store.keys.signingSecret((await store.keys.create('other', 'admin')).id)).not.toEqual(secret);
  await store.keys.revoke(id);
  expect(await store.keys.find(key)).toBeNull();
  expect(await store.keys.signingSecret(id)).toBeNull();
  expect(await store.keys.list()).toMatchObject([{ name: 'other' }, { id, begins: key.slice(0, 8), revoked: true }]);
});

it('keeps an audit log that even the owner of the tables cannot rewrite', async () => {
  await store.audit.append({
    actor: 'ann',
    action: 'task.retry',
    target: 't',
    address: '::1',
    before: null,
    after: { a: 1 },
  });
  await store.audit.append({ actor: 'bob', action: 'key.create', target: 'k', address: '', before: null, after: null });
  expect(await store.audit.list({ limit: 5 })).toMatchObject([{ actor: 'bob' }, { actor: 'ann', after: { a: 1 } }]);
  expect(await store.audit.list({ limit: 5, actor: 'ann' })).toHaveLength(1);
  for (const statement of ['update audit set actor = $$eve$$', 'delete from audit', 'truncate audit'])
    await expect(sql.raw(statement).execute(store.db)).rejects.toThrow('append-only');
  expect(await store.audit.list({ limit: 5 })).toHaveLength(2);
});

describe('settings', () => {
  const schemas = { size: z.number().int().min(1), name: z.string() };
  const defaults = { size: 5, name: 'base' };
  const open = () => openSettings({ db: store.db, url, schemas, defaults, onError: () => undefined });

  it('reach every process at once, and go back to their default', async () => {
    const [here, there] = await Promise.all([open(), open()]);
    expect([here.get('size'), here.isDefault('size')]).toEqual([5, true]);
    const changed: string[] = [];
    there.watch((name) => changed.push(name));
    await here.set('size', 9, 'ann');
    await until(() => there.get('size') === 9);
    expect(changed).toEqual(['size']);
    await expect(here.set('size', 0, 'ann')).rejects.toThrow();
    expect(here.get('size')).toBe(9);
    await there.set('size', undefined, 'ann');
    await until(() => here.get('size') === 5);
    await Promise.all([here.close(), there.close()]);
  });

  it('survive the connection they listen on, and values of another time', async () => {
    const settings = await open();
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'whisper-bot settings' and datname = current_database()`.execute(
      store.db,
    );
    await sql`insert into setting (name, value, changed_by) values ('size', '"many"', 'old') on conflict (name) do update set value = excluded.value`.execute(
      store.db,
    );
    await sql`insert into setting (name, value, changed_by) values ('name', '"small"', 'x') on conflict (name) do update set value = excluded.value`.execute(
      store.db,
    );
    await until(() => settings.get('name') === 'small');
    expect(settings.get('size')).toBe(5);
    await settings.close();
  });
});

it('counts attempts of a window, and none from before the clock was set back', async () => {
  const bound = { attempts: 2, seconds: 60 };
  for (const allowed of [true, true, false]) expect(await store.attempts.allow('somebody', bound)).toBe(allowed);
  await sql`update attempt set at = at + interval '1 hour' where key = 'somebody'`.execute(store.db);
  expect(await store.attempts.allow('somebody', bound)).toBe(true);
});

it('comes back by itself after PostgreSQL was killed', async () => {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(store.db);
  const killed = rows[0]?.pid;
  if (killed === undefined) throw new Error('no backend');
  // A killed backend makes the server throw everyone out and recover, as after a crash.
  process.kill(killed, 'SIGKILL');
  await until(() => store.ping());
  expect(await store.audit.list({ limit: 5 })).toHaveLength(2);
});
