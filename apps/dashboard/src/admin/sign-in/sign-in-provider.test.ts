import { Writable } from 'node:stream';
import { createLogger } from '@whisper-bot/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from '../../test/harness.js';
import {
  beginSignIn,
  createWalker,
  reserveProvider,
  signInThere,
  type TestProvider,
  type Walker,
} from '../../test/provider.js';
import { maskSecret } from '../../web/session/csrf.js';

let provider: TestProvider;
let harness: Harness;
let log: string;
beforeAll(async () => {
  provider = await reserveProvider();
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      log += chunk;
      done();
    },
  });
  harness = await startHarness({
    work: false,
    env: provider.env,
    logger: createLogger({ name: 'dashboard', level: 'trace', destination }),
  });
  await provider.serve(harness.url);
});
afterAll(async () => {
  provider.stop();
  await harness.close();
});
let walker: Walker;
beforeEach(() => {
  log = '';
  walker = createWalker();
  provider.people.clear();
  provider.people.set('u-ann', { preferred_username: 'ann', groups: ['staff', 'admins'] });
  provider.people.set('u-bob', { preferred_username: 'bob', groups: ['staff'] });
});

const port = () => new URL(harness.url).port;
const sessionCookie = () => `whisper_session_${port()}`;
const begin = (each = walker, back = '/') => beginSignIn(each, harness.url, back);
/** All the way; where the dashboard then sends the browser. */
const signIn = async (name: string, each = walker, back = '/'): Promise<string> => {
  const answer = await each.go(await signInThere(each, await begin(each, back), name));
  expect(answer.status).toBe(303);
  return answer.headers.get('location') ?? '';
};
const refusedFor = (problem: string) => expect.stringMatching(new RegExp(`^/sign-in\\?problem=${problem}(&|$)`));
const statusOf = async (path: string, each = walker) => (await each.go(`${harness.url}${path}`)).status;
const account = async (name: string) => (await harness.store.accounts.list()).find((each) => each.name === name);
const lastEntries = async (limit: number) => (await harness.store.audit.list({ limit })).reverse();

describe('a user with a role at the provider', () => {
  test('comes in as that role, to the page wanted, and it is written down', async () => {
    expect(await signIn('u-ann', walker, '/tasks?state=failed')).toBe('/tasks?state=failed');
    expect(await statusOf('/accounts')).toBe(200);
    expect(await account('ann')).toMatchObject({ role: 'administrator', issuer: provider.issuer });
    expect(await lastEntries(2)).toMatchObject([
      {
        actor: 'ann',
        action: 'account.create',
        after: { role: 'administrator', issuer: provider.issuer, subject: 'u-ann' },
      },
      { actor: 'ann', action: 'sign-in', after: { issuer: provider.issuer } },
    ]);
  });

  test('is the same person under another name, with the role of today', async () => {
    await signIn('u-ann');
    const before = await account('ann');
    provider.people.set('u-ann', { preferred_username: 'annie', groups: ['staff'] });
    const elsewhere = createWalker();
    await signIn('u-ann', elsewhere);
    expect(await account('ann')).toMatchObject({ id: before?.id, role: 'viewer' });
    expect([await statusOf('/accounts'), await statusOf('/accounts', elsewhere)]).toEqual([403, 403]);
    expect(await lastEntries(2)).toMatchObject([
      { action: 'account.change', before: { role: 'administrator' }, after: { role: 'viewer' } },
      { action: 'sign-in' },
    ]);
  });

  test('has sessions as everybody has: a new one each time, ended everywhere at once', async () => {
    await signIn('u-bob');
    const first = walker.cookies.get(sessionCookie()) ?? '';
    await signIn('u-bob');
    const second = walker.cookies.get(sessionCookie()) ?? '';
    expect(first).not.toBe(second);
    expect(await harness.store.sessions.find(first)).toBeNull();
    const session = await harness.store.sessions.find(second);
    const ended = await walker.go(`${harness.url}/account/sign-out-everywhere`, {
      csrf: maskSecret(session?.csrf ?? ''),
    });
    expect(ended.status).toBe(303);
    expect(await statusOf('/tasks')).toBe(303);
  });

  test('is led to no other host', async () => {
    for (const back of ['//evil.example', 'https://evil.example', '/\\evil.example'])
      expect(await signIn('u-bob', createWalker(), back)).toBe('/');
  });

  test('has neither a password nor a role that could be changed here', async () => {
    await signIn('u-ann');
    const session = await harness.store.sessions.find(walker.cookies.get(sessionCookie()) ?? '');
    const csrf = maskSecret(session?.csrf ?? '');
    const fields = { csrf, current: '', fresh: 'correct horse battery', again: 'correct horse battery' };
    expect((await walker.go(`${harness.url}/account/password`, fields)).status).toBe(403);
    const page = await (await walker.go(`${harness.url}/account`)).text();
    expect(page).not.toContain('name="fresh"');
    expect(page).toContain(new URL(provider.issuer).host);
    await signIn('u-bob', createWalker());
    const id = (await account('bob'))?.id;
    const changed = await walker.go(`${harness.url}/accounts/${id}`, { csrf, role: 'administrator' });
    expect(changed.headers.get('location')).toContain('said=accounts.roleOfProvider');
    const accounts = await (await walker.go(`${harness.url}/accounts`)).text();
    expect(accounts).toContain(`(by ${new URL(provider.issuer).host})`);
    expect(accounts).not.toContain('aria-label="Role: bob"');
    expect(await account('bob')).toMatchObject({ role: 'viewer' });
  });
});

describe('refused is', () => {
  test('a user without a role is refused, and one who loses it is signed out of every browser', async () => {
    const elsewhere = createWalker();
    await signIn('u-bob', elsewhere);
    provider.people.set('u-bob', { preferred_username: 'bob', groups: ['visitors'] });
    expect(await signIn('u-bob')).toEqual(refusedFor('noRole'));
    expect(walker.cookies.has(sessionCookie())).toBe(false);
    expect(await statusOf('/tasks', elsewhere)).toBe(303);
    const page = await (await walker.go(`${harness.url}/sign-in?problem=noRole`)).text();
    expect(page).toContain('gives you no role here');
    expect(await lastEntries(1)).toMatchObject([
      { action: 'sign-in.refused', target: 'bob', after: { why: 'noRole' } },
    ]);
    provider.people.set('u-new', { preferred_username: 'new' });
    expect(await signIn('u-new', createWalker())).toEqual(refusedFor('noRole'));
    expect(await account('new')).toBeUndefined();
  });

  test('whose account is disabled here', async () => {
    await signIn('u-bob');
    const { accounts } = harness.store;
    const id = (await account('bob'))?.id ?? '';
    await accounts.change(id, { disabled: true });
    expect(await statusOf('/tasks')).toBe(303);
    expect(await signIn('u-bob')).toEqual(refusedFor('disabled'));
    await accounts.change(id, { disabled: false });
  });

  test('who is removed at the provider before the code is used', async () => {
    const address = await signInThere(walker, await begin(), 'u-bob');
    provider.people.delete('u-bob');
    expect((await walker.go(address)).headers.get('location')).toEqual(refusedFor('failed'));
    expect(walker.cookies.has(sessionCookie())).toBe(false);
  });

  test('who stops at the provider', async () => {
    const { origin, searchParams } = new URL(await begin());
    const state = searchParams.get('state') ?? '';
    const answer = new URLSearchParams({ error: 'access_denied', state, iss: origin });
    const { headers } = await walker.go(`${harness.url}/sign-in/provider/return?${answer}`);
    expect(headers.get('location')).toEqual(refusedFor('cancelled'));
  });

  test('who comes back while the provider is away', async () => {
    const address = await signInThere(walker, await begin(), 'u-ann');
    provider.broken.set('/token', { status: 503 });
    expect((await walker.go(address)).headers.get('location')).toEqual(refusedFor('away'));
    provider.broken.clear();
  });

  test('a name that a password account already has: a separate account', async () => {
    const root = await harness.enter('administrator', 'root');
    provider.people.set('u-root', { preferred_username: root.name, email: root.name, groups: ['staff'] });
    await signIn('u-root');
    expect(await statusOf('/accounts')).toBe(403);
    expect(await account('root-2')).toMatchObject({ role: 'viewer', issuer: provider.issuer });
  });
});

describe('a forged way back:', () => {
  test('another state', async () => {
    const address = new URL(await signInThere(walker, await begin(), 'u-ann'));
    address.searchParams.set('state', 'forged');
    expect((await walker.go(address.href)).headers.get('location')).toEqual(refusedFor('expired'));
    expect(walker.cookies.has(sessionCookie())).toBe(false);
  });

  test('an unsolicited answer does not end the sign-in that is under way', async () => {
    const address = await signInThere(walker, await begin(), 'u-ann');
    await walker.go(`${harness.url}/sign-in/provider/return?code=x&state=y`);
    expect((await walker.go(address)).headers.get('location')).toBe('/');
  });

  test('in another browser, whether it has a sign-in under way or not', async () => {
    const address = await signInThere(walker, await begin(), 'u-ann');
    const victim = createWalker();
    expect((await victim.go(address)).headers.get('location')).toEqual(refusedFor('expired'));
    await begin(victim);
    expect((await victim.go(address)).headers.get('location')).toEqual(refusedFor('expired'));
    expect(victim.cookies.has(sessionCookie())).toBe(false);
  });

  test('the same answer twice', async () => {
    const address = await signInThere(walker, await begin(), 'u-ann');
    const token = walker.cookies.get(`whisper_provider_${port()}`) ?? '';
    expect((await walker.go(address)).headers.get('location')).toBe('/');
    const again = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: `whisper_provider_${port()}=${token}` },
    });
    expect(again.headers.get('location')).toEqual(refusedFor('expired'));
    expect(again.headers.getSetCookie().join()).not.toContain('whisper_session');
  });

  test("another user's code in one's own sign-in", async () => {
    const stolen = new URL(await signInThere(createWalker(), await begin(createWalker()), 'u-ann'));
    const mine = new URL(await signInThere(walker, await begin(), 'u-bob'));
    mine.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    expect((await walker.go(mine.href)).headers.get('location')).toEqual(refusedFor('failed'));
    expect(walker.cookies.has(sessionCookie())).toBe(false);
  });

  test('an ID token for another nonce', async () => {
    const start = new URL(await begin());
    start.searchParams.set('nonce', 'of-someone-else');
    const address = await signInThere(walker, start.href, 'u-ann');
    expect((await walker.go(address)).headers.get('location')).toEqual(refusedFor('failed'));
    expect(walker.cookies.has(sessionCookie())).toBe(false);
  });

  test('the answer of another issuer', async () => {
    const address = new URL(await signInThere(walker, await begin(), 'u-ann'));
    address.searchParams.set('iss', 'https://evil.example');
    expect((await walker.go(address.href)).headers.get('location')).toEqual(refusedFor('failed'));
  });

  test('a cookie of the visitor’s choosing opens nothing', async () => {
    const state = new URL(await begin()).searchParams.get('state') ?? '';
    const cookie = `whisper_provider_${port()}=chosen; whisper_session_${port()}=chosen`;
    const address = `${harness.url}/sign-in/provider/return?code=x&state=${state}`;
    const answer = await fetch(address, { redirect: 'manual', headers: { cookie } });
    expect(answer.headers.get('location')).toEqual(refusedFor('expired'));
  });
});

test('the browser gets a cookie no script reads, and the provider PKCE, state and nonce', async () => {
  const answer = await walker.go(`${harness.url}/sign-in/provider`);
  expect(answer.headers.get('set-cookie')).toMatch(
    /^whisper_provider_\d+=[\w-]{43}; Max-Age=600;.*HttpOnly; SameSite=Lax/,
  );
  const { searchParams } = new URL(answer.headers.get('location') ?? '');
  expect(Object.fromEntries(searchParams)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    redirect_uri: `${harness.url}/sign-in/provider/return`,
  });
});

test('nothing of codes, tokens, states and secrets is in the log, also where it fails', async () => {
  const good = await signInThere(walker, await begin(), 'u-ann');
  await walker.go(good);
  const bad = new URL(await signInThere(walker, await begin(), 'u-ann'));
  bad.searchParams.set('code', 'a-code-that-is-wrong');
  await walker.go(bad.href);
  expect(log).toContain('sign-in not confirmed by the identity provider');
  expect(log).toContain('invalid_grant');
  const { searchParams } = new URL(good);
  const secrets = [searchParams.get('code'), searchParams.get('state'), bad.searchParams.get('state')];
  for (const secret of [...secrets, 'a-code-that-is-wrong', provider.env.OIDC_CLIENT_SECRET, 'eyJ'])
    expect(log).not.toContain(secret);
});
