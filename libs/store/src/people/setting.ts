import type { Kysely } from 'kysely';
import pg from 'pg';
import type { z } from 'zod';
import type { Tables } from '../schema.js';

/** The settings that may change while everything runs: name → what a value must be. Defaults come from the environment. */
export type SettingSchemas = Readonly<Record<string, z.ZodType>>;
type Values<S extends SettingSchemas> = { [K in keyof S]: z.infer<S[K]> };

export interface SettingStore<S extends SettingSchemas> {
  /** The value in force, from memory. */
  get<K extends keyof S & string>(name: K): Values<S>[K];
  /** Whether the value is the default. */
  isDefault(name: keyof S & string): boolean;
  /** Undefined puts the default back. Throws a ZodError where the value does not fit. */
  set<K extends keyof S & string>(name: K, value: Values<S>[K] | undefined, by: string): Promise<void>;
  /** Called after a change anywhere has reached this process. */
  watch(onChange: (name: keyof S & string) => void): () => void;
  close(): Promise<void>;
}

export interface SettingStoreOptions<S extends SettingSchemas> {
  db: Kysely<Tables>;
  url: string;
  schemas: S;
  defaults: Values<S>;
  onError: (error: unknown) => void;
}

/**
 * Reads all settings and follows changes by LISTEN/NOTIFY; a listener whose connection broke reconnects and reads all
 * again, so that nothing is missed. A stored value that no longer fits is ignored: its default holds.
 */
export const openSettings = async <S extends SettingSchemas>({
  db,
  url,
  schemas,
  defaults,
  onError,
}: SettingStoreOptions<S>): Promise<SettingStore<S>> => {
  const stored = new Map<string, unknown>();
  const watchers = new Set<(name: keyof S & string) => void>();
  let closed = false;
  let listener: pg.Client | undefined;
  let again: NodeJS.Timeout | undefined;

  const read = async (only?: string): Promise<void> => {
    let query = db.selectFrom('setting').select(['name', 'value']);
    if (only !== undefined) query = query.where('name', '=', only);
    const rows = new Map((await query.execute()).map(({ name, value }) => [name, value]));
    for (const name of only === undefined ? Object.keys(schemas) : [only]) {
      const before = JSON.stringify(stored.get(name));
      const parsed = rows.has(name) ? schemas[name]?.safeParse(rows.get(name)) : undefined;
      if (parsed?.success) stored.set(name, parsed.data);
      else stored.delete(name);
      if (JSON.stringify(stored.get(name)) !== before) for (const watcher of watchers) watcher(name);
    }
  };

  const listen = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'whisper-bot settings' });
    client.on('error', onError);
    client.on('notification', ({ payload }) => void read(payload).catch(onError));
    client.once('end', () => {
      if (closed) return;
      again = setTimeout(() => void reconnect(), 500);
    });
    listener = client;
    await client.connect();
    await client.query('listen whisper_bot_setting');
    await read();
  };
  const reconnect = (): Promise<void> =>
    listen().catch((error: unknown) => {
      onError(error);
      if (!closed) again = setTimeout(() => void reconnect(), 1000);
    });
  try {
    await listen();
  } catch (error) {
    // Nobody will have a handle to close it by.
    closed = true;
    clearTimeout(again);
    await listener?.end().catch(() => undefined);
    throw error;
  }

  return {
    get: (name) => (stored.has(name) ? stored.get(name) : defaults[name]) as Values<S>[typeof name],
    isDefault: (name) => !stored.has(name),
    set: async (name, value, by) => {
      if (value === undefined) await db.deleteFrom('setting').where('name', '=', name).execute();
      else {
        const text = JSON.stringify(schemas[name]?.parse(value));
        const values = { value: text, changed_by: by, changed_at: new Date() };
        await db
          .insertInto('setting')
          .values({ name, ...values })
          .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
          .execute();
      }
      await read(name);
    },
    watch: (onChange) => {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
    close: async () => {
      closed = true;
      clearTimeout(again);
      await listener?.end().catch(() => undefined);
    },
  };
};
