export { settingVariables } from './catalog.js';
export { describeConfig } from './describe.js';
export { readMachine } from './machine.js';
export { type Config, ConfigError, resolveConfig } from './resolve.js';
export { byteSchema } from './unit.js';
