import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema.js';
import { hashPassword, isPassword } from './password.js';
import type { Role } from './role.js';

export interface Account {
  id: string;
  name: string;
  role: Role;
  disabled: boolean;
  createdAt: Date;
  lastSignIn: Date | null;
  /** The identity provider that vouches for the person; null for an account with a password. */
  issuer: string | null;
}

/** The people who may sign in to the dashboard. */
export interface AccountRepository {
  list(): Promise<Account[]>;
  /** Null where the name is taken. */
  create(account: { name: string; password: string; role: Role }): Promise<Account | null>;
  /** The first account of all, an administrator; null where there is one already, also where two are made at once. */
  createFirst(account: { name: string; password: string }): Promise<Account | null>;
  /** What a browser shows that someone has signed in with before; a new password ends it. Null for an account without one. */
  deviceToken(id: string): Promise<string | null>;
  /** Which device a token stands for, where it was made for the account of that name. */
  knownDevice(name: string, token: string): Promise<string | null>;
  /** The account, where name and password belong together and it is not disabled. */
  verify(name: string, password: string): Promise<Account | null>;
  /** False where it is unknown, or where it would leave no administrator who can sign in. */
  change(id: string, change: { role?: Role; disabled?: boolean }): Promise<boolean>;
  /** Of an account that has one; ends every session of the account but the one named. */
  setPassword(id: string, password: string, keep: string): Promise<void>;
}

export const accountColumns = ['id', 'name', 'role', 'disabled', 'created_at', 'last_sign_in', 'issuer'] as const;
interface Row {
  id: string;
  name: string;
  role: string;
  disabled: boolean;
  created_at: Date;
  last_sign_in: Date | null;
  issuer: string | null;
}
/** Any number all processes agree on: changes of roles take turns, so that two cannot both remove the last administrator. */
const roleLock = 7_238_104_552;

export const accountOf = (row: Row): Account => ({
  id: row.id,
  name: row.name,
  role: row.role as Role,
  disabled: row.disabled,
  createdAt: row.created_at,
  lastSignIn: row.last_sign_in,
  issuer: row.issuer,
});

export const createAccountRepository = (db: Kysely<Tables>): AccountRepository => ({
  list: async () => (await db.selectFrom('account').select(accountColumns).orderBy('name').execute()).map(accountOf),
  create: async ({ name, password, role }) => {
    const row = await db
      .insertInto('account')
      .values({ name, role, password: await hashPassword(password) })
      .onConflict((conflict) => conflict.doNothing())
      .returning(accountColumns)
      .executeTakeFirst();
    return row === undefined ? null : accountOf(row);
  },
  createFirst: async ({ name, password }) => {
    const hash = await hashPassword(password);
    return db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(${roleLock})`.execute(trx);
      if ((await trx.selectFrom('account').select('id').limit(1).executeTakeFirst()) !== undefined) return null;
      const values = { name, role: 'administrator', password: hash };
      return accountOf(
        await trx.insertInto('account').values(values).returning(accountColumns).executeTakeFirstOrThrow(),
      );
    });
  },
  deviceToken: async (id) => {
    const row = await db.selectFrom('account').select('password').where('id', '=', id).executeTakeFirst();
    if (row === undefined || row.password === null) return null;
    const device = randomBytes(12).toString('base64url');
    return `${device}.${deviceMark(row.password, device)}`;
  },
  knownDevice: async (name, token) => {
    const [device = '', mark = ''] = token.split('.');
    if (!/^[\w-]{16}$/.test(device)) return null;
    const row = await db
      .selectFrom('account')
      .select('password')
      .where(sql<string>`lower(name)`, '=', name.toLowerCase())
      .where('disabled', '=', false)
      .executeTakeFirst();
    if (row === undefined || row.password === null) return null;
    const [given, wanted] = [Buffer.from(mark), Buffer.from(deviceMark(row.password, device))];
    return given.length === wanted.length && timingSafeEqual(given, wanted) ? device : null;
  },
  verify: async (name, password) => {
    const row = await db
      .selectFrom('account')
      .select([...accountColumns, 'password'])
      .where(sql<string>`lower(name)`, '=', name.toLowerCase())
      .executeTakeFirst();
    const fits = await isPassword(password, row?.password ?? null);
    if (row === undefined || !fits || row.disabled) return null;
    const now = new Date();
    await db.updateTable('account').set({ last_sign_in: now }).where('id', '=', row.id).execute();
    return accountOf({ ...row, last_sign_in: now });
  },
  change: (id, change) =>
    db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(${roleLock})`.execute(trx);
      const others = await trx
        .selectFrom('account')
        .select('id')
        .where('role', '=', 'administrator')
        .where('disabled', '=', false)
        .where('id', '!=', id)
        .execute();
      const row = await trx.selectFrom('account').select(['role', 'disabled']).where('id', '=', id).executeTakeFirst();
      if (row === undefined) return false;
      const after = { ...row, ...change };
      const stays = after.role === 'administrator' && !after.disabled;
      const wasOne = row.role === 'administrator' && !row.disabled;
      if (wasOne && !stays && others.length === 0) return false;
      await trx.updateTable('account').set(after).where('id', '=', id).execute();
      if (after.disabled) await trx.deleteFrom('session').where('account_id', '=', id).execute();
      return true;
    }),
  setPassword: async (id, password, keep) => {
    const hash = await hashPassword(password);
    await db.transaction().execute(async (trx) => {
      await trx
        .updateTable('account')
        .set({ password: hash })
        .where('id', '=', id)
        .where('issuer', 'is', null)
        .execute();
      const sessions = trx.deleteFrom('session').where('account_id', '=', id);
      await (isUuid(keep) ? sessions.where('id', '!=', keep) : sessions).execute();
    });
  },
});

/** Keyed by the account's password hash: nothing more is kept, and a new password makes all devices unknown. */
const deviceMark = (hash: string, device: string): string =>
  createHmac('sha256', hash).update(`device:${device}`).digest('base64url');

const isUuid = (text: string): boolean => /^[\da-f-]{36}$/i.test(text);
