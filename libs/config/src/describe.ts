import { catalog } from './catalog.js';
import type { Config, SettingName } from './resolve.js';
import type { Setting } from './setting.js';

/** Every setting's variable with its value in force as a person may read it: of secrets only whether they are set. */
export const describeConfig = (config: Config): readonly (readonly [variable: string, value: string])[] =>
  (Object.entries(catalog) as [SettingName, Setting<unknown>][]).map(([name, { env, secret, fallbackText }]) => {
    const value = config[name];
    if (value === null) return [env, fallbackText];
    return [env, secret ? '••••••' : Array.isArray(value) ? value.join(', ') : String(value)];
  });
