import { type Settings, settingSchemas } from '@whisper-bot/assembly';

export type { Settings };
export type SettingKey = keyof typeof settingSchemas;
export const settingKeys = Object.keys(settingSchemas) as SettingKey[];

/** Whether it is only on or off. */
export const isSwitch = (key: SettingKey): boolean => key === 'uploadsPaused' || key === 'keepSource';

/** The value a form's text stands for; undefined where it is none. */
export const parseSetting = (key: SettingKey, text: string): string | number | boolean | undefined => {
  const value = key === 'model' ? text : isSwitch(key) ? text === 'yes' : Number(text);
  return settingSchemas[key].safeParse(value).data;
};
