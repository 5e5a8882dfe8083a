import { createHash, randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';
import { type Account, accountOf } from './account.js';

export interface Session {
  id: string;
  csrf: string;
  account: Account;
}

export interface SessionEntry {
  id: string;
  startedAt: Date;
  seenAt: Date;
  address: string;
  agent: string;
}

/** Who is signed in, and where. */
export interface SessionRepository {
  /** Opens a session and returns its token, of which only a hash is kept. */
  open(account: string, from: { address: string; agent: string }): Promise<string>;
  /** Null where it is unknown, over (idle or altogether), or its account disabled; being found keeps it alive. */
  find(token: string): Promise<Session | null>;
  /** The same, of those alone that were opened before cookies were named by their port. */
  findUnnamed(token: string): Promise<Session | null>;
  close(id: string): Promise<void>;
  closeAll(account: string): Promise<void>;
  list(account: string): Promise<SessionEntry[]>;
}

export interface SessionLife {
  /** Seconds without a request after which a session is over; default 12 hours. */
  idle?: number;
  /** Seconds after which it is over whatever happens; default 7 days. */
  absolute?: number;
}

/** Tokens are random: one round of a fast hash is enough. */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

export const createSessionRepository = (
  db: Kysely<Tables>,
  { idle = 12 * 3600, absolute = 7 * 24 * 3600 }: SessionLife = {},
): SessionRepository => {
  const alive = sql<boolean>`session.seen_at > now() - make_interval(secs => ${idle}) and session.started_at > now() - make_interval(secs => ${absolute})`;
  const find = async (token: string, which = sql<boolean>`true`): Promise<Session | null> => {
    const row = await db
      .selectFrom('session')
      .innerJoin('account', 'account.id', 'session.account_id')
      .select(['session.id as session', 'csrf', 'seen_at'])
      .select(['account.id', 'name', 'role', 'disabled', 'created_at', 'last_sign_in', 'issuer'])
      .where('token', '=', digestOf(token))
      .where('disabled', '=', false)
      .where(alive)
      .where(which)
      .executeTakeFirst();
    if (row === undefined) return null;
    // A write a minute is enough to know that it is in use.
    if (Date.now() - row.seen_at.getTime() > 60_000)
      await db.updateTable('session').set({ seen_at: new Date() }).where('id', '=', row.session).execute();
    return { id: row.session, csrf: row.csrf, account: accountOf(row) };
  };
  return {
    open: async (account, { address, agent }) => {
      const token = randomBytes(32).toString('base64url');
      const csrf = randomBytes(24).toString('base64url');
      await db
        .insertInto('session')
        .values({ account_id: account, token: digestOf(token), csrf, address, agent })
        .execute();
      // Those that are over go with the next one that comes.
      await db.deleteFrom('session').where(sql<boolean>`not (${alive})`).execute();
      return token;
    },
    find: (token) => find(token),
    findUnnamed: (token) => find(token, sql<boolean>`session.unnamed`),
    close: async (id) => {
      await db.deleteFrom('session').where('id', '=', id).execute();
    },
    closeAll: async (account) => {
      await db.deleteFrom('session').where('account_id', '=', account).execute();
    },
    list: async (account) => {
      const rows = await db
        .selectFrom('session')
        .select(['id', 'started_at', 'seen_at', 'address', 'agent'])
        .where('account_id', '=', account)
        .where(alive)
        .orderBy('seen_at', 'desc')
        .execute();
      return rows.map(({ started_at: startedAt, seen_at: seenAt, ...row }) => ({ ...row, startedAt, seenAt }));
    },
  };
};
