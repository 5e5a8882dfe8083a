import { createHmac, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Tables } from '../schema.js';
import { digestOf } from './session.js';

/** What a key may do; absent: no limit of its own. */
export const keyLimitsSchema = z.object({
  requestsPerMinute: z.number().int().positive().optional(),
  concurrentTasks: z.number().int().positive().optional(),
  minutesPerDay: z.number().positive().optional(),
});
export type KeyLimits = z.infer<typeof keyLimitsSchema>;

export interface KeyRow {
  id: string;
  name: string;
  /** The first letters, to tell keys apart. */
  begins: string;
  limits: KeyLimits;
  createdAt: Date;
  lastUsed: Date | null;
  revoked: boolean;
}

/** Keys of the HTTP API; only their hashes are kept. */
export interface KeyRepository {
  list(): Promise<KeyRow[]>;
  /** The key itself: only now. */
  create(name: string, by: string, limits?: KeyLimits): Promise<{ id: string; key: string }>;
  /** The key's row, where it is known and not revoked; being found marks it as used. */
  find(key: string): Promise<KeyRow | null>;
  /**
   * What this key's webhooks are signed with, 32 bytes: made from the key's hash, so that nothing more is kept and a new key has
   * a new one. Null for an unknown or revoked key.
   */
  signingSecret(id: string): Promise<Buffer | null>;
  setLimits(id: string, limits: KeyLimits): Promise<void>;
  revoke(id: string): Promise<void>;
}

const columns = ['id', 'name', 'begins', 'limits', 'created_at', 'last_used', 'revoked_at'] as const;

export const createKeyRepository = (db: Kysely<Tables>): KeyRepository => {
  const rowOf = (row: {
    id: string;
    name: string;
    begins: string;
    limits: unknown;
    created_at: Date;
    last_used: Date | null;
    revoked_at: Date | null;
  }): KeyRow => ({
    id: row.id,
    name: row.name,
    begins: row.begins,
    limits: keyLimitsSchema.catch({}).parse(row.limits),
    createdAt: row.created_at,
    lastUsed: row.last_used,
    revoked: row.revoked_at !== null,
  });
  return {
    list: async () =>
      (await db.selectFrom('api_key').select(columns).orderBy('created_at', 'desc').execute()).map(rowOf),
    create: async (name, by, limits = {}) => {
      const key = `wb-${randomBytes(30).toString('base64url')}`;
      const values = {
        name,
        begins: key.slice(0, 8),
        digest: digestOf(key),
        created_by: by,
        limits: JSON.stringify(limits),
      };
      const { id } = await db.insertInto('api_key').values(values).returning('id').executeTakeFirstOrThrow();
      return { id, key };
    },
    find: async (key) => {
      const query = db
        .selectFrom('api_key')
        .select(columns)
        .where('digest', '=', digestOf(key))
        .where('revoked_at', 'is', null);
      const row = await query.executeTakeFirst();
      if (row === undefined) return null;
      const now = new Date();
      if (now.getTime() - (row.last_used?.getTime() ?? 0) > 60_000)
        await db.updateTable('api_key').set({ last_used: now }).where('id', '=', row.id).execute();
      return rowOf(row);
    },
    signingSecret: async (id) => {
      const query = db.selectFrom('api_key').select('digest').where('id', '=', id).where('revoked_at', 'is', null);
      const row = await query.executeTakeFirst();
      return row === undefined ? null : createHmac('sha256', row.digest).update('webhook').digest();
    },
    setLimits: async (id, limits) => {
      await db
        .updateTable('api_key')
        .set({ limits: JSON.stringify(limits) })
        .where('id', '=', id)
        .execute();
    },
    revoke: async (id) => {
      await db
        .updateTable('api_key')
        .set({ revoked_at: new Date() })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .execute();
    },
  };
};
