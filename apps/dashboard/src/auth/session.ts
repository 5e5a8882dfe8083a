import type { Account } from '@whisper-bot/store';
import type { Request } from 'express';
import type { Desk } from '../desk.js';
import { cookieName, readCookies, setCookie } from '../http/cookie.js';
import type { Visit } from '../http/visit.js';
import type { Person } from './person.js';

const session = 'whisper_session';
const device = 'whisper_device';
/** Seconds a browser stays known after somebody has signed in with it. */
const deviceLife = 365 * 24 * 3600;
/** Seconds the browser keeps the cookie; the database ends a session earlier where it lies idle. */
const cookieLife = 7 * 24 * 3600;

/** Who is signed in, by the cookies of a request. */
export const findPerson = async (
  desk: Desk,
  request: Request,
  cookies: ReadonlyMap<string, string>,
): Promise<Person | null> => {
  const token = cookies.get(cookieName({ request }, session));
  if (token === undefined || token === '' || token.length > 200) return null;
  const found = await desk.store.sessions.find(token);
  if (found === null) return null;
  const { id, name, role, issuer } = found.account;
  return { id, name, role, issuer, session: found.id, csrf: found.csrf };
};

/** Signs somebody in, in this browser; the session they may have had ends. */
export const signIn = async (visit: Visit, account: Account): Promise<void> => {
  const { desk, request, person } = visit;
  if (person !== null) await desk.store.sessions.close(person.session);
  const token = await desk.store.sessions.open(account.id, {
    address: addressOf(visit),
    agent: (request.headers['user-agent'] ?? '').slice(0, 200),
  });
  setCookie(visit, cookieName(visit, session), token, cookieLife);
};

/** Lets the browser show next time that somebody has signed in to the account with it. */
export const rememberDevice = async (visit: Visit, account: Pick<Account, 'id'>): Promise<void> => {
  const token = await visit.desk.store.accounts.deviceToken(account.id);
  if (token !== null) setCookie(visit, cookieName(visit, device), token, deviceLife);
};

/** The device a browser was remembered as for the account of that name; null where it is a stranger's. */
export const knownDevice = async (visit: Visit, name: string): Promise<string | null> => {
  const token = readCookies(visit.request.headers.cookie).get(cookieName(visit, device));
  return token === undefined || token.length > 200 ? null : visit.desk.store.accounts.knownDevice(name, token);
};

/** Ends this session, or all of the account. */
export const signOut = async (visit: Visit, everywhere = false): Promise<void> => {
  const { desk, person } = visit;
  if (person !== null) {
    if (everywhere) await desk.store.sessions.closeAll(person.id);
    else await desk.store.sessions.close(person.session);
  }
  setCookie(visit, cookieName(visit, session), '', 0);
};

export const addressOf = ({ request }: Visit): string => request.ip ?? '';
