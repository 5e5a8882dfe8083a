import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';
import { digestOf } from './session.js';

/** What has to fit when someone comes back from the identity provider. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  /** PKCE's code verifier. */
  verifier: string;
  /** The page wanted. */
  back: string;
}

/** Sign-ins that are under way to the identity provider. */
export interface SignInRepository {
  /** Keeps one and returns the token that the browser has to bring back; of the token only a hash is kept. */
  begin(pending: PendingSignIn): Promise<string>;
  /** Hands one out, once; null where token and state do not belong together, or it took longer than ten minutes. */
  take(token: string, state: string): Promise<PendingSignIn | null>;
}

/** Seconds someone may take at the provider, a second factor included. */
export const signInLife = 600;

export const createSignInRepository = (db: Kysely<Tables>): SignInRepository => {
  const alive = sql<boolean>`started_at > now() - make_interval(secs => ${signInLife})`;
  return {
    begin: async (pending) => {
      const token = randomBytes(32).toString('base64url');
      await db
        .insertInto('sign_in')
        .values({ ...pending, token: digestOf(token) })
        .execute();
      // Those that never came back go with the next one that begins.
      await db.deleteFrom('sign_in').where(sql<boolean>`not (${alive})`).execute();
      return token;
    },
    take: async (token, state) =>
      (await db
        .deleteFrom('sign_in')
        .where('token', '=', digestOf(token))
        .where('state', '=', state)
        .where(alive)
        .returning(['state', 'nonce', 'verifier', 'back'])
        .executeTakeFirst()) ?? null,
  };
};
