import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from './routes.js';
import { type Harness, startHarness } from './test/harness.js';
import { documentPermissions, may, type Visitor, visitors } from './web/permission.js';
import type { Route } from './web/route.js';

/** Bull Board's own table, which its types do not publish. */
const require = createRequire(import.meta.url);
const board = (require('@bull-board/api/dist/routes.js') as BoardTable).appRoutes.api.flatMap(({ method, route }) =>
  [method].flat().flatMap((verb) => [route].flat().map((path) => [verb, path] as const)),
);
const boardChanges = board.filter(([verb]) => verb !== 'get');
interface BoardTable {
  appRoutes: { api: { method: string | string[]; route: string | string[] }[] };
}

let harness: Harness;
const passes = new Map<Visitor, { cookie: string; csrf: string }>();
beforeAll(async () => {
  harness = await startHarness({ work: false });
  for (const role of ['viewer', 'operator', 'administrator'] as const) passes.set(role, await harness.enter(role));
});
afterAll(() => harness.close());

/** A path of the route that leads nowhere: what is asked is who gets in, not what lies behind. */
const address = ({ path }: Pick<Route<never>, 'path'>): string =>
  path.replace('/*rest', '/api/queues/nothing').replace(/:\w+/g, 'nothing');

const knock = async (
  route: Pick<Route<never>, 'method' | 'path' | 'csrf'>,
  visitor: Visitor,
  forged?: 'secret' | 'origin',
) => {
  const pass = passes.get(visitor);
  const form = new URLSearchParams({ csrf: forged === 'secret' ? 'forged' : (pass?.csrf ?? '') });
  const response = await fetch(`${harness.url}${address(route)}`, {
    method: route.method.toUpperCase(),
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      ...(pass === undefined ? {} : { cookie: pass.cookie }),
      ...(route.method === 'get' ? {} : { origin: forged === 'origin' ? 'https://evil.example' : harness.url }),
    },
    ...(route.csrf === 'form' ? { body: form } : {}),
    signal: AbortSignal.timeout(120_000),
  });
  await response.body?.cancel();
  return response;
};

/** Refused: redirected to the sign-in page, or 403. */
const isRefusal = ({ status, headers }: Response): boolean =>
  status === 401 || status === 403 || (status === 303 && (headers.get('location') ?? '').startsWith('/sign-in?back='));

/** These end the session that asks, or say themselves what they refuse. */
const special = new Set(['/account/sign-out-everywhere', '/sign-out', '/setup', '/metrics', '/sign-in']);

describe.each(visitors)('%s', (visitor) => {
  test.each(
    routes
      .filter(({ path, csrf }) => !special.has(path) && csrf !== 'key')
      .map((route) => [route.method, route.path, route] as const),
  )('%s %s', async (_method, _path, route) => {
    expect(isRefusal(await knock(route, visitor))).toBe(!may(visitor, route));
  });
});

const programs = routes.filter(({ csrf }) => csrf === 'key');

test.each(programs.map((route) => [route.method, route.path, route] as const))(
  'a session is no key: %s %s',
  async (_method, _path, route) => {
    for (const visitor of ['anonymous', 'administrator'] as const)
      expect((await knock(route, visitor)).status).toBe(401);
  },
);

// What programs may do is decided by their key, which no browser sends by itself.
const changing = routes.filter(
  ({ method, path, guard }) => method !== 'get' && guard !== 'no-one' && !path.startsWith('/v1/'),
);

test.each(changing.map((route) => [route.method, route.path, route] as const))(
  'a forged origin is refused: %s %s',
  async (_method, _path, route) => {
    expect((await knock(route, 'administrator', 'origin')).status).toBe(403);
  },
);

test.each(changing.filter(({ csrf }) => csrf === 'form').map((route) => [route.path, route] as const))(
  'a form without the secret of the session is refused: %s',
  async (_path, route) => {
    expect((await knock(route, 'administrator', 'secret')).status).toBe(403);
  },
);

test('Bull Board still has routes that change something', () => {
  expect(boardChanges.length).toBeGreaterThan(15);
});

test.each(boardChanges)('Bull Board: %s %s is refused but for what is allowed', async (verb, path) => {
  const allowed = /(\/retry\/:queueStatus|:jobId\/retry|\/promote|\/pause|\/resume)$/.test(path);
  const filled = path.replace(':queueStatus', 'completed').replace(/:\w+/g, 'prepare');
  const { status } = await knock(
    { method: verb as Route<never>['method'], path: `/board${filled}`, csrf: 'origin' },
    'administrator',
  );
  if (allowed && !path.includes(':queueStatus')) expect(status).not.toBe(403);
  else expect(status).toBe(403);
});

test('docs/dashboard-permissions.md is the table', async () => {
  await expect(documentPermissions(routes)).toMatchFileSnapshot('../../../docs/dashboard-permissions.md');
});
