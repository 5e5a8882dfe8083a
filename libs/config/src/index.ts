export { settingVariables } from './catalog.js';
export { describeConfig } from './describe.js';
export { documentSettings } from './document.js';
export { type Machine, readMachine } from './machine.js';
export { type Config, ConfigError, type ConfigSource, resolveConfig, type SettingName } from './resolve.js';
export { byteSchema } from './unit.js';
