import { z } from 'zod';
import { is, none, setting } from './setting.js';
import { booleanSchema, issuerSchema, textsSchema } from './unit.js';

const noOne = { text: 'no one', value: () => [] as string[] };

/** Which sign-in the dashboard offers besides, or instead of, the one with a password. */
export const signIn = {
  oidcIssuer: setting<string | null>('OIDC_ISSUER', issuerSchema, none('no sign-in through a provider'), {
    sentence:
      'The OpenID Connect provider people may sign in to the dashboard through: its issuer, exactly as it names itself.',
  }),
  oidcClientId: setting<string | null>('OIDC_CLIENT_ID', z.string(), none('needed with OIDC_ISSUER'), {
    sentence: 'What the provider calls the dashboard.',
  }),
  oidcClientSecret: setting<string | null>('OIDC_CLIENT_SECRET', z.string(), none('a public client'), {
    secret: true,
    sentence: 'The secret the provider gave the dashboard.',
  }),
  oidcScopes: setting(
    'OIDC_SCOPES',
    z.string().regex(/^(?=.*\bopenid\b)[\x21-\x7e]+( [\x21-\x7e]+)*$/, 'names with spaces between, openid among them'),
    is('openid profile email'),
    { sentence: 'Scopes requested from the provider; some need an extra one for groups.' },
  ),
  oidcRoleClaim: setting('OIDC_ROLE_CLAIM', z.string(), is('groups'), {
    sentence:
      'The claim, in the ID token or from UserInfo, that decides on the role: `groups`, `realm_access.roles`, …; `email` counts only where the provider has verified it.',
  }),
  oidcAdministrators: setting<string[]>('OIDC_ADMINISTRATORS', textsSchema, noOne, {
    sentence: 'Values of that claim, with commas between, whose holders are administrators; the highest role counts.',
  }),
  oidcOperators: setting<string[]>('OIDC_OPERATORS', textsSchema, noOne, {
    sentence: 'The same for operators.',
  }),
  oidcViewers: setting<string[]>('OIDC_VIEWERS', textsSchema, noOne, {
    sentence: 'The same for viewers; who has none of the three roles is refused.',
  }),
  oidcEmailDomains: setting<string[]>(
    'OIDC_EMAIL_DOMAINS',
    textsSchema,
    { text: 'all', value: () => [] as string[] },
    { sentence: 'Domains, with commas between: others are refused, and users without a verified address.' },
  ),
  oidcLabel: setting<string | null>('OIDC_LABEL', z.string().max(60, 'at most 60 characters'), none('words of ours'), {
    sentence: 'What stands on the button that leads to the provider.',
  }),
  passwordSignIn: setting('PASSWORD_SIGN_IN', booleanSchema, is(true, 'yes'), {
    sentence: 'Whether people may sign in with a password; `no` needs OIDC_ISSUER.',
  }),
};
