import { cutText } from '@whisper-bot/task';
import type { Kysely } from 'kysely';
import type { Tables } from '../schema.js';
import { type Account, accountColumns, accountOf } from './account.js';
import type { Role } from './role.js';

/** Who someone is to an identity provider: the subject never changes, a name or an address may. */
export interface Identity {
  issuer: string;
  subject: string;
}

export interface Entered {
  account: Account;
  /** The role before, where the account was there already. */
  before: Role | null;
}

/** The accounts that an identity provider vouches for. */
export interface IdentityRepository {
  /**
   * The account of an identity, made where there is none, with the role the provider gives now: also where that leaves
   * no administrator. A name that is taken gets a number. Null where the account is disabled here.
   */
  enter(identity: Identity, person: { name: string; role: Role }): Promise<Entered | null>;
  /** Ends all sessions of an identity that has lost its role; the account's name, or null where there is none. */
  leave(identity: Identity): Promise<string | null>;
}

export const createIdentityRepository = (db: Kysely<Tables>): IdentityRepository => {
  const find = ({ issuer, subject }: Identity) =>
    db
      .selectFrom('account')
      .select(accountColumns)
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst();

  const create = async (identity: Identity, { name, role }: { name: string; role: Role }): Promise<Entered | null> => {
    // Null where the name is taken, or the same person came twice at once.
    const row = await db
      .insertInto('account')
      .values({ ...identity, name, role, password: null, last_sign_in: new Date() })
      .onConflict((conflict) => conflict.doNothing())
      .returning(accountColumns)
      .executeTakeFirst();
    return row === undefined ? null : { account: accountOf(row), before: null };
  };

  const update = async (id: string, role: Role): Promise<Account> =>
    accountOf(
      await db
        .updateTable('account')
        .set({ role, last_sign_in: new Date() })
        .where('id', '=', id)
        .returning(accountColumns)
        .executeTakeFirstOrThrow(),
    );

  return {
    enter: async (identity, { name, role }) => {
      for (let number = 1; number <= 1000; number += 1) {
        const row = await find(identity);
        if (row?.disabled) return null;
        if (row !== undefined) return { account: await update(row.id, role), before: row.role as Role };
        const suffix = number === 1 ? '' : `-${number}`;
        const made = await create(identity, { name: `${cutText(name, 60 - suffix.length)}${suffix}`, role });
        if (made !== null) return made;
      }
      throw new Error('No free name for an account was found.');
    },
    leave: async (identity) => {
      const row = await find(identity);
      if (row === undefined) return null;
      await db.deleteFrom('session').where('account_id', '=', row.id).execute();
      return row.name;
    },
  };
};
