import type { Account, Store } from '@whisper-bot/store';
import type { Request } from 'express';
import { cookieName, readCookies, setCookie } from '../cookie.js';
import type { RequestContext } from '../request-context.js';
import type { SignedIn } from './account.js';

const session = 'whisper_session';
const device = 'whisper_device';
/** Seconds a browser stays known after a sign-in. */
const deviceLife = 365 * 24 * 3600;
/** Seconds the browser keeps the cookie; the database ends a session earlier where it lies idle. */
const cookieLife = 7 * 24 * 3600;

/** What knows the accounts and their sessions. */
export type SessionDeps = Pick<Store, 'accounts' | 'sessions'>;
type SessionContext<Part extends keyof SessionDeps> = RequestContext<Pick<SessionDeps, Part>>;

/** Who is signed in, by the cookies of a request. */
export const findSignedIn = async (
  deps: Pick<SessionDeps, 'sessions'>,
  request: Request,
  cookies: ReturnType<typeof readCookies>,
): Promise<SignedIn | null> => {
  const cookie = cookieName({ request }, session);
  // An update must not sign people out: what was opened under the earlier name is found by it until it ends, and nothing newer.
  const isNamed = cookies[cookie] !== undefined || cookie === session;
  const token = cookies[isNamed ? cookie : session];
  if (token === undefined || token === '' || token.length > 200) return null;
  const found = await (isNamed ? deps.sessions.find(token) : deps.sessions.findUnnamed(token));
  if (found === null) return null;
  const { id, name, role, issuer } = found.account;
  return { id, name, role, issuer, session: found.id, csrf: found.csrf };
};

/** Signs a user in, in this browser; the session they may have had ends. */
export const signIn = async (context: SessionContext<'sessions'>, account: Account): Promise<void> => {
  const { deps, request, signedIn } = context;
  if (signedIn !== null) await deps.sessions.close(signedIn.session);
  const token = await deps.sessions.open(account.id, {
    address: addressOf(context),
    agent: (request.headers['user-agent'] ?? '').slice(0, 200),
  });
  setCookie(context, cookieName(context, session), token, cookieLife);
};

/** Lets the browser prove next time that the account was signed in to with it. */
export const rememberDevice = async (
  context: SessionContext<'accounts'>,
  account: Pick<Account, 'id'>,
): Promise<void> => {
  const token = await context.deps.accounts.deviceToken(account.id);
  if (token !== null) setCookie(context, cookieName(context, device), token, deviceLife);
};

/** The device a browser was remembered as for the account of that name; null where it is a stranger's. */
export const knownDevice = async (context: SessionContext<'accounts'>, name: string): Promise<string | null> => {
  const token = readCookies(context.request.headers.cookie)[cookieName(context, device)];
  return token === undefined || token.length > 200 ? null : context.deps.accounts.knownDevice(name, token);
};

/** Ends this session, or all of the account. */
export const signOut = async (context: SessionContext<'sessions'>, everywhere = false): Promise<void> => {
  const { deps, signedIn } = context;
  if (signedIn !== null) {
    if (everywhere) await deps.sessions.closeAll(signedIn.id);
    else await deps.sessions.close(signedIn.session);
  }
  setCookie(context, cookieName(context, session), '', 0);
};

export const addressOf = ({ request }: Pick<RequestContext, 'request'>): string => request.ip ?? '';
