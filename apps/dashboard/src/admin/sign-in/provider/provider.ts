import type { Config } from '@whisper-bot/config';
import { remember } from '@whisper-bot/runtime';
import type { Identity, PendingSignIn } from '@whisper-bot/store';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { Claims, RoleRule } from './claim.js';

/** An OpenID Connect provider people may sign in through. */
export interface Provider {
  /** What stands on the button; null: our own words. */
  label: string | null;
  roles: RoleRule;
  /** Domains an address must be of; empty: any, or none. */
  emailDomains: readonly string[];
  /** Where to send the browser, and what has to fit when it comes back to `redirect`. */
  begin(redirect: string): Promise<{ to: string; pending: Omit<PendingSignIn, 'back'> }>;
  /** Who came back to `current`, the address with code and state. Rejects where anything does not fit. */
  finish(current: URL, pending: PendingSignIn): Promise<{ identity: Identity; claims: Claims }>;
}

/** Seconds an answer of the provider may take. */
const patience = 10;
/** Milliseconds after which the provider is asked again what it can do. */
const freshness = 3600_000;

/** The provider of the settings; null where none is named. It is first asked when a user signs in. */
export const createProvider = (config: Config): Provider | null => {
  const { oidcIssuer, oidcClientId } = config;
  if (oidcIssuer === null || oidcClientId === null) return null;
  const discover = remember(() => open(new URL(oidcIssuer), oidcClientId, config.oidcClientSecret), freshness);
  return {
    label: config.oidcLabel,
    roles: {
      claim: config.oidcRoleClaim,
      values: {
        administrator: config.oidcAdministrators,
        operator: config.oidcOperators,
        viewer: config.oidcViewers,
      },
    },
    emailDomains: config.oidcEmailDomains,
    begin: async (redirect) => {
      const client = await discover();
      const pending = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const to = buildAuthorizationUrl(client, {
        redirect_uri: redirect,
        scope: config.oidcScopes,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
      });
      return { to: to.href, pending };
    },
    finish: async (current, { state, nonce, verifier }) => {
      const client = await discover();
      const tokens = await authorizationCodeGrant(client, current, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const idClaims = tokens.claims();
      if (idClaims === undefined) throw new Error('The provider gave no ID token.');
      const info = await userInfo(client, tokens.access_token, idClaims.sub);
      return { identity: { issuer: idClaims.iss, subject: idClaims.sub }, claims: merge(idClaims, info) };
    },
  };
};

/** Asks the provider what it can do, and takes the way to show the secret that it knows. */
const open = async (issuer: URL, clientId: string, secret: string | null): Promise<Configuration> => {
  const insecure = issuer.protocol === 'http:' ? [allowInsecureRequests] : [];
  const found = await discovery(issuer, clientId, undefined, None(), { timeout: patience, execute: insecure });
  const server = found.serverMetadata();
  const known = server.token_endpoint_auth_methods_supported;
  const show = known === undefined || known.includes('client_secret_basic') ? ClientSecretBasic : ClientSecretPost;
  const client = new Configuration(server, clientId, undefined, secret === null ? None() : show(secret));
  client.timeout = patience;
  for (const allow of insecure) allow(client);
  // The signature is checked too, although the ID token comes straight from the provider.
  enableNonRepudiationChecks(client);
  return client;
};

const userInfo = async (client: Configuration, token: string, subject: string): Promise<Claims> =>
  client.serverMetadata().userinfo_endpoint === undefined ? {} : fetchUserInfo(client, token, subject);

/** The ID token's word goes first; that an address is verified counts only for that address. */
const merge = (idClaims: Claims, info: Claims): Claims => {
  const verified =
    idClaims.email === undefined || idClaims.email === info.email ? {} : { email_verified: idClaims.email_verified };
  return { ...info, ...idClaims, ...verified };
};
