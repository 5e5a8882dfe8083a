import type { Route } from './route.js';
import { atLeast, type Role } from './session/account.js';

export const visitors = ['anonymous', 'viewer', 'operator', 'administrator'] as const;
export type Visitor = (typeof visitors)[number];

/** Whether a visitor may use a route. */
export const may = (visitor: Visitor, { guard }: Pick<Route<never>, 'guard'>): boolean => {
  if (guard === 'anyone') return true;
  if (guard === 'no-one' || visitor === 'anonymous') return false;
  return atLeast(visitor as Role, guard);
};

const csrfChecks: Record<Route<never>['csrf'], string> = {
  none: '',
  form: 'form secret, origin',
  stream: 'form secret, origin',
  origin: 'origin',
  key: 'API key',
};

/** The page docs/dashboard-permissions.md, generated: a test compares it, and `vitest run apps/dashboard -u` writes it. */
export const documentPermissions = (routes: readonly Route<never>[]): string =>
  [
    '# Who may do what in the dashboard',
    '',
    'Made from the table of routes (`apps/dashboard/src/routes.ts`), which is also what the server enforces and what the tests try,',
    'route by route, as each of these visitors. “CSRF check” is what a request that changes something must carry besides the session:',
    'the secret of the session in its form, and an `Origin` that is the dashboard itself. Of Bull Board’s own routes the first',
    'row that fits counts; what is for no one is refused whatever its page shows.',
    '',
    `| method | path | ${visitors.join(' | ')} | CSRF check | what |`,
    `|---|---|${visitors.map(() => ':-:|').join('')}---|---|`,
    ...routes.map(
      (route) =>
        `| ${route.method.toUpperCase()} | \`${route.path}\` | ${visitors.map((visitor) => (may(visitor, route) ? 'yes' : '–')).join(' | ')} | ${csrfChecks[route.csrf]} | ${route.sentence} |`,
    ),
    '',
  ].join('\n');
