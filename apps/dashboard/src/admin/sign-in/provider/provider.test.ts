import { generateKeyPairSync } from 'node:crypto';
import { resolveConfig } from '@whisper-bot/config';
import type { PendingSignIn } from '@whisper-bot/store';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWalker, reserveProvider, signInThere, type TestProvider } from '../../../test/provider.js';
import { explainFailure } from './failure.js';
import { createProvider, type Provider } from './provider.js';

const dashboard = 'http://127.0.0.1:9';
let there: TestProvider;
let here: Provider;
beforeAll(async () => {
  there = await reserveProvider();
  await there.serve(dashboard);
  there.people.set('ann', { groups: ['staff'], email: 'ann@example.org', email_verified: true });
});
afterAll(() => there.stop());
beforeEach(() => {
  there.broken.clear();
  here = open();
});

const open = (more: Record<string, string> = {}): Provider => {
  const provider = createProvider(resolveConfig({ env: { ...there.env, ...more } }));
  if (provider === null) throw new Error('no provider');
  return provider;
};
const comeBack = async (): Promise<[URL, PendingSignIn]> => {
  const { to, pending } = await here.begin(`${dashboard}/sign-in/provider/return`);
  return [new URL(await signInThere(createWalker(), to, 'ann')), { ...pending, back: '/' }];
};
const problemOf = async (attempt: Promise<unknown>) => attempt.then(() => null, explainFailure);

test('the identity comes from the ID token, the role also from UserInfo', async () => {
  expect(await here.finish(...(await comeBack()))).toMatchObject({
    identity: { issuer: there.issuer, subject: 'ann' },
    claims: { sub: 'ann', groups: ['staff'], email: 'ann@example.org', email_verified: true },
  });
});

test('an ID token whose signature is not of the key of the provider is refused', async () => {
  const { keys } = (await (await fetch(`${there.issuer}/jwks`)).json()) as { keys: Record<string, unknown>[] };
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  const body = JSON.stringify({ keys: keys.map((key) => (key.kty === 'RSA' ? { ...key, ...other } : key)) });
  there.broken.set('/jwks', { status: 200, body });
  expect(await problemOf(here.finish(...(await comeBack())))).toMatchObject({ problem: 'failed' });
});

test('UserInfo about another user is refused', async () => {
  there.broken.set('/me', { status: 200, body: JSON.stringify({ sub: 'eve', groups: ['admins'] }) });
  expect(await problemOf(here.finish(...(await comeBack())))).toMatchObject({ problem: 'failed' });
});

test('a wrong secret is logged with its error code', async () => {
  here = open({ OIDC_CLIENT_SECRET: 'wrong' });
  expect(await problemOf(here.finish(...(await comeBack())))).toMatchObject({
    problem: 'failed',
    detail: { error: 'invalid_client', status: 401 },
  });
});

test.each([
  ['another issuer', 200, JSON.stringify({ issuer: 'https://evil.example' }), 'failed'],
  ['something that is no provider', 200, '<html>', 'failed'],
  ['an error of the server', 502, '', 'away'],
] as const)('%s at the address is refused, and asked again the next time', async (_what, status, body, problem) => {
  there.broken.set('/.well-known/openid-configuration', { status, body });
  expect(await problemOf(comeBack())).toMatchObject({ problem });
  there.broken.clear();
  expect(await problemOf(comeBack())).toBeNull();
});
