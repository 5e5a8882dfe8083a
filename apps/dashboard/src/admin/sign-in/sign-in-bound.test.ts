import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, startHarness } from '../../test/harness.js';
import { networkOf } from '../../web/session/network.js';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ work: false, env: { DASHBOARD_TRUST_PROXY: 'loopback' } });
});
afterAll(() => harness.close());

const attempt = (name: string, password: string, address: string, cookie = '') =>
  fetch(`${harness.url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: harness.url, 'x-forwarded-for': address, cookie },
    body: new URLSearchParams({ name, password }),
  });
const rows = async (before = new Date('9999-01-01')): Promise<number> =>
  (await harness.store.db.selectFrom('attempt').select('key').where('at', '<', before).execute()).length;

test('the one-time link makes one administrator, also where it is used twice at once', async () => {
  const token = new URL(harness.setup ?? '').searchParams.get('token') ?? '';
  const use = (name: string) =>
    fetch(`${harness.url}/setup`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: harness.url },
      body: new URLSearchParams({ token, name, password: 'a long password 1', again: 'a long password 1' }),
    });
  const answers = await Promise.all(['first', 'second', 'third', 'fourth'].map(use));
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 403, 403, 403]);
  expect(await harness.store.accounts.list()).toHaveLength(1);
});

test('a stranger’s guesses lock out the stranger, not the person', async () => {
  const { name, password } = await harness.enter('administrator', 'owner');
  for (let count = 0; count < 8; count += 1) expect((await attempt(name, 'wrong', '203.0.113.7')).status).toBe(401);
  expect((await attempt(name, password, '203.0.113.7')).status).toBe(429);
  expect((await attempt(name, password, '198.51.100.1')).status).toBe(303);
});

test('where strangers come from everywhere, or from the same address, a browser that is known still gets in', async () => {
  const { name, password } = await harness.enter('administrator', 'besieged');
  const first = await attempt(name, password, '198.51.100.2');
  const device = first.headers.getSetCookie().find((each) => each.startsWith('whisper_device')) ?? '';
  expect(device).toMatch(/HttpOnly; SameSite=Lax/);
  const { attempts } = harness.store;
  while (await attempts.allow(`sign-in:name:${name}`, { attempts: 200, seconds: 900 }));
  while (await attempts.allow('sign-in:address:198.51.100.2', { attempts: 30, seconds: 900 }));
  const cookie = device.split(';')[0] ?? '';
  expect((await attempt(name, password, '198.51.100.3')).status).toBe(429);
  expect((await attempt(name, password, '198.51.100.2', cookie)).status).toBe(303);
  // A known browser is no licence to guess, and stands for its own account alone.
  const other = await harness.enter('viewer', 'neighbour');
  expect((await attempt(other.name, other.password, '198.51.100.2', cookie)).status).toBe(429);
  for (let count = 0; count < 8; count += 1)
    expect((await attempt(name, 'wrong', '198.51.100.2', cookie)).status).toBe(401);
  expect((await attempt(name, password, '198.51.100.2', cookie)).status).toBe(429);
  await harness.store.accounts.setPassword(
    (await harness.store.accounts.list()).find((each) => each.name === name)?.id ?? '',
    'another password 1',
    '',
  );
  expect((await attempt(name, 'another password 1', '198.51.100.2', cookie)).status).toBe(429);
});

test('names past the limit of an address add nothing to the record, and what counts no more goes', async () => {
  const { attempts } = harness.store;
  while (await attempts.allow('sign-in:address:203.0.113.99', { attempts: 30, seconds: 900 }));
  const before = await rows();
  const answers = await Promise.all(
    Array.from({ length: 25 }, (_, index) => attempt(`nobody-${index}`, 'wrong', '203.0.113.99')),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([429]));
  expect(await rows()).toBe(before);
  const hour = 3_600_000;
  const old = Array.from({ length: 500 }, (_, index) => ({
    key: `sign-in:name:${index}`,
    at: new Date(Date.now() - 2 * hour),
  }));
  await harness.store.db.insertInto('attempt').values(old).execute();
  await until(async () => {
    await attempts.allow(`anything:${Math.random()}`, { attempts: 1, seconds: 60 });
    return (await rows(new Date(Date.now() - hour))) === 0;
  });
});

test('addresses of one IPv6 subscriber are one', () => {
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:db8:1:2::1')).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:DB8::')).toBe('2001:db8:0:0::/64');
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
  expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
});

test('who was signed in before the cookie was named by its port stays so, and a newer session is not found by that name', async () => {
  const { cookie } = await harness.enter('viewer', 'earlier');
  const token = cookie.slice(cookie.indexOf('=') + 1);
  const ask = () =>
    fetch(`${harness.url}/tasks`, { redirect: 'manual', headers: { cookie: `whisper_session=${token}` } });
  expect((await ask()).status).toBe(303);
  await harness.store.db.updateTable('session').set({ unnamed: true }).execute();
  expect((await ask()).status).toBe(200);
});

test('sessions of two installations on one host do not end each other', async () => {
  const { name, password } = await harness.enter('viewer', 'neighbourly');
  const answer = await attempt(name, password, '198.51.100.9');
  const session = answer.headers.getSetCookie().find((each) => each.includes('session')) ?? '';
  expect(session).toContain(`whisper_session_${new URL(harness.url).port}=`);
  // Behind TLS no one else on the host can set it either.
  const secure = await fetch(`${harness.url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      origin: 'https://whisper.example',
      'x-forwarded-for': '198.51.100.10',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'whisper.example',
    },
    body: new URLSearchParams({ name, password }),
  });
  expect(secure.headers.getSetCookie().join('\n')).toMatch(/__Host-whisper_session=[\w-]{40,}; .*Path=\/.*Secure/);
});
