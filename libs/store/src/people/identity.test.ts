import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../store.js';
import { freshDatabase, type TestDatabase } from '../test/fresh-database.js';
import { logger } from '../test/server.js';

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await freshDatabase();
  store = await openStore({ url: database.url, logger });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const issuer = 'https://id.example';
const from = { address: '', agent: '' };

describe('an identity', () => {
  it('has one account, whatever name it comes with, also when it comes several times at once', async () => {
    const identity = { issuer, subject: randomUUID() };
    const entered = await Promise.all(
      ['ann', 'ann', 'anna', 'ann'].map((name) => store.identities.enter(identity, { name, role: 'viewer' })),
    );
    expect(new Set(entered.map((each) => each?.account.id)).size).toBe(1);
    const later = await store.identities.enter(identity, { name: 'renamed', role: 'operator' });
    expect(later).toMatchObject({
      before: 'viewer',
      account: { id: entered[0]?.account.id, role: 'operator', issuer },
    });
    expect((await store.accounts.list()).filter(({ name }) => /^ann|renamed/.test(name))).toHaveLength(1);
  });

  it('is identified by issuer and subject, and never matched by name', async () => {
    const local = await store.accounts.create({
      name: 'Root',
      password: 'correct horse battery',
      role: 'administrator',
    });
    const subject = randomUUID();
    const [here, there] = [
      await store.identities.enter({ issuer, subject }, { name: 'root', role: 'viewer' }),
      await store.identities.enter({ issuer: 'https://other.example', subject }, { name: 'root', role: 'viewer' }),
    ];
    expect([here?.account.name, there?.account.name]).toEqual(['root-2', 'root-3']);
    expect(new Set([local?.id, here?.account.id, there?.account.id]).size).toBe(3);
    expect((await store.accounts.list()).find(({ id }) => id === local?.id)).toMatchObject({ role: 'administrator' });
  });

  it('has no password, and cannot be given one', async () => {
    const entered = await store.identities.enter({ issuer, subject: randomUUID() }, { name: 'zoe', role: 'viewer' });
    await store.accounts.setPassword(entered?.account.id ?? '', 'correct horse battery', '');
    for (const password of ['correct horse battery', '', 'null'])
      expect(await store.accounts.verify('zoe', password)).toBeNull();
  });

  it('does not enter while its account is disabled, and leaves with all its sessions', async () => {
    const identity = { issuer, subject: randomUUID() };
    const entered = await store.identities.enter(identity, { name: 'eve', role: 'operator' });
    const id = entered?.account.id ?? '';
    const token = await store.sessions.open(id, from);
    expect(await store.sessions.find(token)).toMatchObject({ account: { issuer } });
    expect(await store.identities.leave(identity)).toBe('eve');
    expect(await store.sessions.find(token)).toBeNull();
    expect(await store.identities.leave({ issuer, subject: 'nobody' })).toBeNull();
    await store.accounts.change(id, { disabled: true });
    expect(await store.identities.enter(identity, { name: 'eve', role: 'administrator' })).toBeNull();
    expect((await store.accounts.list()).find((each) => each.id === id)).toMatchObject({ role: 'operator' });
  });
});

describe('a sign-in under way', () => {
  const pending = { state: 'state', nonce: 'nonce', verifier: 'verifier', back: '/tasks' };

  it('is handed out once, for the right token and state', async () => {
    const token = await store.signIns.begin(pending);
    expect(await store.signIns.take('guess', 'state')).toBeNull();
    expect(await store.signIns.take(token, 'guess')).toBeNull();
    const taken = await Promise.all([1, 2, 3].map(() => store.signIns.take(token, 'state')));
    expect(taken.filter((each) => each !== null)).toEqual([pending]);
  });

  it('is over after ten minutes and keeps no token that could be used', async () => {
    const token = await store.signIns.begin(pending);
    const { rows } = await sql<{ row: string }>`select sign_in::text as row from sign_in`.execute(store.db);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toContain(token);
    await sql`update sign_in set started_at = now() - interval '601 seconds'`.execute(store.db);
    expect(await store.signIns.take(token, 'state')).toBeNull();
    await store.signIns.begin(pending);
    const { rows: left } = await sql`select 1 from sign_in`.execute(store.db);
    expect(left).toHaveLength(1);
  });
});
