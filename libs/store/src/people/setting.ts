import { keepConnected } from '@whisper-bot/runtime';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { Tables } from '../schema.js';
import { openSession } from '../session.js';

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
  /** Gives up while it opens. */
  signal?: AbortSignal;
}

/**
 * Reads all settings and follows changes by LISTEN/NOTIFY; a listener whose connection broke reconnects and reads all
 * again, so that nothing is missed. Resolves once they have been read, however long PostgreSQL takes; rejects with the
 * signal's abort. A stored value that no longer fits is ignored: its default holds.
 */
export const openSettings = async <S extends SettingSchemas>({
  db,
  url,
  schemas,
  defaults,
  onError,
  signal,
}: SettingStoreOptions<S>): Promise<SettingStore<S>> => {
  const stored = new Map<string, unknown>();
  const watchers = new Set<(name: keyof S & string) => void>();

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

  const listener = keepConnected({
    onError,
    open: (closing) =>
      openSession(
        {
          url,
          name: 'whisper-bot settings',
          begin: async (client) => {
            await client.query('listen whisper_bot_setting');
            await read();
          },
          onNotification: (name) => void read(name).catch(onError),
        },
        closing,
      ),
  });
  const abort = (): void => void listener.close();
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  await listener.opened;
  signal?.removeEventListener('abort', abort);

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
    close: () => listener.close(),
  };
};
