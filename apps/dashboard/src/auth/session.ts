import type { Account } from '@whisper-bot/store';
import type { Desk } from '../desk.js';
import { setCookie } from '../http/cookie.js';
import type { Visit } from '../http/visit.js';
import type { Person } from './person.js';

const cookie = 'whisper_session';
/** Seconds the browser keeps the cookie; the database ends a session earlier where it lies idle. */
const cookieLife = 7 * 24 * 3600;

/** Who is signed in, by the cookies of a request. */
export const findPerson = async (desk: Desk, cookies: ReadonlyMap<string, string>): Promise<Person | null> => {
  const token = cookies.get(cookie);
  if (token === undefined || token === '' || token.length > 200) return null;
  const session = await desk.store.sessions.find(token);
  if (session === null) return null;
  const { id, name, role, issuer } = session.account;
  return { id, name, role, issuer, session: session.id, csrf: session.csrf };
};

/** Signs somebody in, in this browser; the session they may have had ends. */
export const signIn = async (visit: Visit, account: Account): Promise<void> => {
  const { desk, request, person } = visit;
  if (person !== null) await desk.store.sessions.close(person.session);
  const token = await desk.store.sessions.open(account.id, {
    address: addressOf(visit),
    agent: (request.headers['user-agent'] ?? '').slice(0, 200),
  });
  setCookie(visit, cookie, token, cookieLife);
};

/** Ends this session, or all of the account. */
export const signOut = async (visit: Visit, everywhere = false): Promise<void> => {
  const { desk, person } = visit;
  if (person !== null) {
    if (everywhere) await desk.store.sessions.closeAll(person.id);
    else await desk.store.sessions.close(person.session);
  }
  setCookie(visit, cookie, '', 0);
};

export const addressOf = ({ request }: Visit): string => request.ip ?? '';
