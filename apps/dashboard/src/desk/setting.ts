import { openSettings, type SettingStore, type Store } from '@whisper-bot/store';
import { z } from 'zod';

/** What may be changed while everything runs. */
export const settingSchemas = {
  /** Model for those who choose none. */
  model: z.string().regex(/^[\w.-]{1,60}$/),
  /** New uploads are refused; what was accepted goes on. */
  uploadsPaused: z.boolean(),
  /** Largest upload, decimal megabytes. */
  uploadMegabytes: z.number().int().min(1).max(100_000),
} as const;

export type SettingKey = keyof typeof settingSchemas;
export const settingKeys = Object.keys(settingSchemas) as SettingKey[];
export type Settings = SettingStore<typeof settingSchemas>;

export interface SettingDefaults {
  model: string;
  /** Bytes. */
  maxFileSize: number;
}

/** Opens the settings: defaults from the environment, changes from the database and from other processes. */
export const openDeskSettings = (
  { db }: Pick<Store, 'db'>,
  url: string,
  { model, maxFileSize }: SettingDefaults,
  onError: (error: unknown) => void,
): Promise<Settings> =>
  openSettings({
    db,
    url,
    schemas: settingSchemas,
    defaults: { model, uploadsPaused: false, uploadMegabytes: Math.max(1, Math.floor(maxFileSize / 1e6)) },
    onError,
  });

/** The value a form's text stands for; undefined where it is none. */
export const parseSetting = (key: SettingKey, text: string): string | number | boolean | undefined => {
  const value = key === 'model' ? text : key === 'uploadsPaused' ? text === 'yes' : Number(text);
  return settingSchemas[key].safeParse(value).data;
};
