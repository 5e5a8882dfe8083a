import type { Config } from '@whisper-bot/config';
import type { Logger } from '@whisper-bot/runtime';
import { openSettings, type SettingStore, type Store } from '@whisper-bot/store';
import { z } from 'zod';

/** What may be changed while everything runs; defaults come from the environment. */
export const settingSchemas = {
  /** Model for those who choose none: uploads, the HTTP API, the bot. */
  model: z.string().regex(/^[\w.-]{1,60}$/),
  /** New uploads are refused; what was accepted goes on. */
  uploadsPaused: z.boolean(),
  /** Largest upload, decimal megabytes. */
  uploadMegabytes: z.number().int().min(1).max(100_000),
  /** Longest recording that is taken from anywhere, minutes. */
  longestMinutes: z.number().int().min(1).max(100_000),
  /** Hours a finished task's folder and result are kept. */
  keepHours: z.number().int().min(1).max(100_000),
  /** Whether the recording itself is kept after delivery, as long as its result. */
  keepSource: z.boolean(),
} as const;

export type Settings = SettingStore<typeof settingSchemas>;

type Defaults = Pick<Config, 'databaseUrl' | 'model' | 'maxFileSize' | 'maxDuration' | 'resultTtl' | 'keepSource'>;

/** Opens the settings that all processes share; changes reach this one by LISTEN/NOTIFY. */
const openLiveSettings = (
  { db }: Pick<Store, 'db'>,
  { databaseUrl, model, maxFileSize, maxDuration, resultTtl, keepSource }: Defaults,
  { onError, signal }: { onError: (error: unknown) => void; signal: AbortSignal },
): Promise<Settings> =>
  openSettings({
    db,
    url: databaseUrl ?? '',
    schemas: settingSchemas,
    defaults: {
      model,
      uploadsPaused: false,
      uploadMegabytes: Math.max(1, Math.floor(maxFileSize / 1e6)),
      longestMinutes: Math.max(1, Math.round(maxDuration / 60)),
      keepHours: Math.max(1, Math.round(resultTtl / 3600)),
      keepSource,
    },
    onError,
    signal,
  });

/** The settings in force in this process, in the units of the configuration. */
export interface Rules {
  readonly model: string;
  /** Seconds. */
  readonly maxDuration: number;
  /** Seconds. */
  readonly resultTtl: number;
  readonly keepSource: boolean;
  /** The settings themselves, as soon as PostgreSQL answers; never without a database. */
  readonly opened: Promise<Settings>;
  close(): Promise<void>;
}

/** Until PostgreSQL answers, and where nothing was set, the environment's values hold. */
export const followSettings = (
  store: { opened: Promise<Pick<Store, 'db'>> } | null,
  config: Defaults,
  logger: Pick<Logger, 'warn'>,
): Rules => {
  let settings: Settings | undefined;
  const closing = new AbortController();
  const onError = (err: unknown) => {
    if (!closing.signal.aborted) logger.warn({ err }, 'reading settings failed');
  };
  let opening: Promise<Settings> | undefined;
  const opened = (store?.opened ?? new Promise<never>(() => undefined)).then(async (open) => {
    // A store that opens while everything closes is of no use any more.
    if (closing.signal.aborted) return new Promise<never>(() => undefined);
    opening = openLiveSettings(open, config, { onError, signal: closing.signal });
    settings = await opening;
    return settings;
  });
  opened.catch(onError);
  return {
    get model() {
      return settings?.get('model') ?? config.model;
    },
    get maxDuration() {
      return settings === undefined || settings.isDefault('longestMinutes')
        ? config.maxDuration
        : settings.get('longestMinutes') * 60;
    },
    get resultTtl() {
      return settings === undefined || settings.isDefault('keepHours')
        ? config.resultTtl
        : settings.get('keepHours') * 3600;
    },
    get keepSource() {
      return settings?.get('keepSource') ?? config.keepSource;
    },
    opened,
    close: async () => {
      closing.abort(new Error('closed'));
      const open = await opening?.catch(() => undefined);
      await open?.close();
    },
  };
};
