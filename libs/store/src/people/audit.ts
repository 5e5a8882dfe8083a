import type { Kysely } from 'kysely';
import { jsonText } from '../json-text.js';
import type { Tables } from '../schema.js';

export interface AuditEntry {
  id: string;
  at: Date;
  actor: string;
  action: string;
  target: string;
  /** Network address it came from. */
  address: string;
  before: unknown;
  after: unknown;
}

/** Who changed what; the database refuses to change or remove an entry. */
export interface AuditRepository {
  append(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void>;
  /** Newest first; `before` is the id the last page ended with. */
  list(page: { before?: string; limit: number; actor?: string }): Promise<AuditEntry[]>;
}

export const createAuditRepository = (db: Kysely<Tables>): AuditRepository => ({
  append: async ({ before, after, ...entry }) => {
    const values = { ...entry, before: jsonText(before ?? null), after: jsonText(after ?? null) };
    await db.insertInto('audit').values(values).execute();
  },
  list: async ({ before, limit, actor }) => {
    let query = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit);
    if (before !== undefined && /^\d{1,18}$/.test(before)) query = query.where('id', '<', before);
    if (actor !== undefined) query = query.where('actor', '=', actor);
    return query.execute();
  },
});
