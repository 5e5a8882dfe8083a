import axe from 'axe-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWindow, startBrowser, takePicture } from '../../test/browser.js';
import { type Harness, startHarness } from '../../test/harness.js';
import {
  beginSignIn,
  createWalker,
  reserveProvider,
  signInThere,
  type TestProvider,
  type Walker,
} from '../../test/provider.js';

let provider: TestProvider;
let walker: Walker;
let closers: (() => unknown)[];
beforeEach(async () => {
  provider = await reserveProvider();
  provider.people.set('u-ann', { preferred_username: 'ann', groups: ['admins'] });
  walker = createWalker();
  closers = [() => provider.stop()];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

const open = async (env: Record<string, string>): Promise<Harness> => {
  const harness = await startHarness({ work: false, env });
  closers.push(() => harness.close());
  return harness;
};
/** All the way; where the dashboard then sends the browser. */
const signIn = async ({ url }: Harness, name: string, each = walker): Promise<string | null> =>
  (await each.go(await signInThere(each, await beginSignIn(each, url), name))).headers.get('location');
const placeOf = async (address: string, headers: Record<string, string> = {}): Promise<string> =>
  (await fetch(address, { redirect: 'manual', headers })).headers.get('location') ?? '';

test('with the provider away there is one sentence, and passwords go on', async () => {
  const harness = await open(provider.env);
  const { name, password } = await harness.enter('operator');
  const place = await placeOf(`${harness.url}/sign-in/provider?back=/tasks`);
  expect(place).toBe('/sign-in?problem=away&back=%2Ftasks');
  expect(await (await walker.go(`${harness.url}${place}`)).text()).toContain('does not answer right now');
  const signedIn = await walker.go(`${harness.url}/sign-in`, { name, password, back: '/tasks' });
  expect(signedIn.headers.get('location')).toBe('/tasks');
  // It is asked again as soon as it is there.
  await provider.serve(harness.url);
  expect(await signIn(harness, 'u-ann')).toBe('/');
});

test('passwords can be switched off', async () => {
  const harness = await open({ ...provider.env, PASSWORD_SIGN_IN: 'no' });
  await provider.serve(harness.url);
  expect(harness.setup).toBeNull();
  const { name, password, cookie, csrf } = await harness.enter('administrator', 'old');
  expect((await walker.go(`${harness.url}/sign-in`, { name, password })).status).toBe(403);
  const page = await (await walker.go(`${harness.url}/sign-in`)).text();
  expect(page).not.toContain('type="password"');
  expect(page).toContain('/sign-in/provider?back=%2F');
  for (const [path, fields] of [
    ['/account/password', { current: password, fresh: 'correct horse battery', again: 'correct horse battery' }],
    ['/accounts', { name: 'eve', role: 'viewer', password, again: password }],
  ] as const) {
    const body = new URLSearchParams({ ...fields, csrf });
    const headers = { cookie, origin: harness.url };
    expect((await fetch(`${harness.url}${path}`, { method: 'POST', headers, body })).status, path).toBe(403);
  }
  expect(await signIn(harness, 'u-ann')).toBe('/');
});

test('only verified addresses of the domains come in, where domains are named', async () => {
  const harness = await open({ ...provider.env, OIDC_EMAIL_DOMAINS: 'example.org' });
  await provider.serve(harness.url);
  for (const [email, place] of [
    [{ email: 'ann@example.org', email_verified: true }, '/'],
    [{ email: 'ann@example.org', email_verified: false }, '/sign-in?problem=domain'],
    [{ email: 'ann@evil-example.org', email_verified: true }, '/sign-in?problem=domain'],
    [{}, '/sign-in?problem=domain'],
  ] as const) {
    provider.people.set('u-ann', { preferred_username: 'ann', groups: ['admins'], ...email });
    expect(await signIn(harness, 'u-ann', createWalker()), JSON.stringify(email)).toBe(place);
  }
});

test('without a provider there is no way to one', async () => {
  const { url } = await open({});
  expect((await walker.go(`${url}/sign-in/provider`)).status).toBe(404);
  expect((await walker.go(`${url}/sign-in/provider/return?code=x&state=y`)).status).toBe(404);
  expect(await (await walker.go(`${url}/sign-in`)).text()).not.toContain('/sign-in/provider');
});

test('behind a proxy with TLS the way back and the cookie are of the address people use', async () => {
  const { url } = await open({ ...provider.env, DASHBOARD_TRUST_PROXY: 'loopback' });
  await provider.serve(url);
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'whisper.example' };
  const answer = await fetch(`${url}/sign-in/provider`, { redirect: 'manual', headers });
  expect(answer.headers.get('set-cookie')).toMatch(/^__Host-whisper_provider=[\w-]{43};.* Path=\/;.* Secure;/);
  const { searchParams } = new URL(answer.headers.get('location') ?? '');
  expect(searchParams.get('redirect_uri')).toBe('https://whisper.example/sign-in/provider/return');
});

test('without a proxy forwarded headers are ignored, and one address cannot start sign-ins without limit', async () => {
  const { url } = await open(provider.env);
  await provider.serve(url);
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', 'x-forwarded-for': '192.0.2.7' };
  const places = await Promise.all(Array.from({ length: 130 }, () => placeOf(`${url}/sign-in/provider`, headers)));
  const begun = places.filter((place) => place.startsWith(provider.issuer));
  expect(begun).toHaveLength(120);
  for (const place of begun)
    expect(new URL(place).searchParams.get('redirect_uri')).toBe(`${url}/sign-in/provider/return`);
  expect(places.filter((place) => place === '/sign-in?problem=tooMany')).toHaveLength(10);
});

test('in a browser: from the page wanted to the provider and back, with the content security policy in force', async () => {
  const { url } = await open({ ...provider.env, OIDC_LABEL: 'Sign in with Example' });
  await provider.serve(url);
  const browser = await startBrowser();
  closers.push(() => browser.close());
  const { page, strangers, complaints, context } = await openWindow(browser, { url });
  // The provider's own page asks for a font, which this machine does not fetch.
  await context.route(/^https:\/\/fonts\./, (route) => route.abort());
  const enter = async (name: string): Promise<void> => {
    await page.getByRole('link', { name: 'Sign in with Example' }).click();
    await page.locator('input[name=login]').fill(name);
    await page.locator('input[name=password]').fill('any');
    await page.getByRole('button').click();
    await page.getByRole('button', { name: 'Continue' }).click();
  };
  await page.goto('/analytics');
  await takePicture(page, 'sign-in-provider');
  await page.evaluate(axe.source);
  const findings = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as { impact: string }[];
  expect(findings.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
  await enter('u-ann');
  await page.getByRole('heading', { level: 1, name: 'Analytics' }).waitFor();
  expect(page.url()).toBe(`${url}/analytics`);
  const others = strangers.filter((each) => !each.startsWith('https://fonts.'));
  expect(new Set(others.map((each) => new URL(each).origin))).toEqual(new Set([provider.issuer]));
  expect(complaints).toEqual([]);
  await page.getByRole('link', { name: 'ann', exact: true }).click();
  await takePicture(page, 'account-provider');
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  provider.people.set('u-eve', { preferred_username: 'eve' });
  await context.clearCookies();
  await page.goto('/sign-in');
  await enter('u-eve');
  await page.getByRole('alert').getByText('gives you no role here').waitFor();
  await takePicture(page, 'sign-in-refused');
});
