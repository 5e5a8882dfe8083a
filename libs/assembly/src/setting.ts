import type { Config } from '@whisper-bot/config';
import { openSettings, type SettingStore, type Store } from '@whisper-bot/store';
import { z } from 'zod';

/** What may be changed while everything runs; defaults come from the environment. */
export const settingSchemas = {
  /** Model for those who choose none. */
  model: z.string().regex(/^[\w.-]{1,60}$/),
  /** New uploads are refused; what was accepted goes on. */
  uploadsPaused: z.boolean(),
  /** Largest upload, decimal megabytes. */
  uploadMegabytes: z.number().int().min(1).max(100_000),
} as const;

export type Settings = SettingStore<typeof settingSchemas>;

/** Opens the settings that all processes share; changes reach this one by LISTEN/NOTIFY. */
export const openLiveSettings = (
  { db }: Pick<Store, 'db'>,
  { databaseUrl, model, maxFileSize }: Pick<Config, 'databaseUrl' | 'model' | 'maxFileSize'>,
  onError: (error: unknown) => void,
): Promise<Settings> =>
  openSettings({
    db,
    url: databaseUrl ?? '',
    schemas: settingSchemas,
    defaults: { model, uploadsPaused: false, uploadMegabytes: Math.max(1, Math.floor(maxFileSize / 1e6)) },
    onError,
  });
