import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { catalog } from './catalog.js';
import { contradictionsOf } from './contradiction.js';
import { type Machine, readMachine } from './machine.js';
import type { DefaultContext, Setting } from './setting.js';

type Catalog = typeof catalog;
export type SettingName = keyof Catalog;

/** All settings, resolved: durations in seconds, sizes in bytes, paths absolute, null where a part is embedded or off. */
export type Config = { [Name in SettingName]: Catalog[Name] extends Setting<infer Value> ? Value : never };

export interface ConfigSource {
  /** Values from the command line, as typed; they win over the environment. */
  flags?: { [Name in SettingName]?: string | undefined };
  env: Readonly<Record<string, string | undefined>>;
  machine?: Machine;
  /** Reads a secret's file. */
  readText?: (path: string) => string;
}

/** What is wrong with the configuration: one sentence for every wrong value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Resolves flags, environment and defaults, in this order of precedence. Throws ConfigError. */
export const resolveConfig = (source: ConfigSource): Config => {
  const problems: string[] = [];
  const context: DefaultContext = { machine: source.machine ?? readMachine(), env: source.env, home: '' };
  const take = <Value>(name: SettingName, setting: Setting<Value>): Value => {
    const fallback = setting.fallback(context);
    const given = rawValue(name, setting, source, problems);
    if (given === undefined) return fallback;
    const parsed = setting.schema.safeParse(setting.path ? resolve(given) : given);
    if (parsed.success) return parsed.data;
    const shown = setting.secret ? '' : `, not "${given}"`;
    problems.push(`${setting.env} must be ${parsed.error.issues[0]?.message ?? 'valid'}${shown}.`);
    return fallback;
  };
  context.home = take('home', catalog.home);
  const entries = Object.entries(catalog) as [SettingName, Setting<unknown>][];
  const config = Object.fromEntries(entries.map(([name, setting]) => [name, take(name, setting)]));
  if (problems.length === 0) problems.push(...contradictionsOf(config as Config));
  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  return config as Config;
};

const rawValue = (
  name: SettingName,
  setting: Setting<unknown>,
  { flags, env, readText = (path) => readFileSync(path, 'utf8') }: ConfigSource,
  problems: string[],
): string | undefined => {
  const flag = flags?.[name];
  if (flag !== undefined) return flag;
  const direct = env[setting.env] || undefined;
  const fileVariable = `${setting.env}_FILE`;
  const file = (setting.secret && env[fileVariable]) || undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) {
    problems.push(`${setting.env} and ${fileVariable} are both set; keep one of them.`);
    return undefined;
  }
  try {
    return readText(file).trim() || undefined;
  } catch (error) {
    problems.push(
      `${fileVariable} names a file that cannot be read: ${error instanceof Error ? error.message : error}.`,
    );
    return undefined;
  }
};
