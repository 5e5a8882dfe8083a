import type { z } from 'zod';
import type { Machine } from './machine.js';

/** What a default may be derived from: the machine, the environment, and settings resolved before it. */
export interface DefaultContext {
  machine: Machine;
  env: Readonly<Record<string, string | undefined>>;
  /** WHISPER_BOT_HOME as resolved. */
  home: string;
}

export interface Setting<Value> {
  /** Name of the environment variable. */
  env: string;
  /** One sentence for docs/configuration.md. */
  sentence: string;
  schema: z.ZodType<Value, string>;
  /** Never shown in an error, and may be given as a file by `{env}_FILE`. */
  secret: boolean;
  /** A file or folder: made absolute. */
  path: boolean;
  fallback: (context: DefaultContext) => Value;
  /** The fallback in words. */
  fallbackText: string;
}

/** A default that is there, in its own words or others. */
export const is = <Value extends string | number | boolean>(value: Value, text = String(value)) => ({ text, value });
/** The default is that there is nothing, which means something. */
export const none = (text: string) => ({ text, value: null });

type SettingOptions<Value> = Omit<
  Setting<Value>,
  'env' | 'schema' | 'fallback' | 'fallbackText' | 'secret' | 'path'
> & {
  secret?: boolean;
  path?: boolean;
};

/** A setting with a default: a value, or one derived from the context together with its words. */
export const setting = <Value>(
  env: string,
  schema: z.ZodType<Value, string>,
  fallback: { text: string; value: Value | ((context: DefaultContext) => Value) },
  options: SettingOptions<Value>,
): Setting<Value> => ({
  env,
  schema,
  secret: options.secret ?? false,
  path: options.path ?? false,
  sentence: options.sentence,
  fallbackText: fallback.text,
  fallback: (context) =>
    typeof fallback.value === 'function'
      ? (fallback.value as (context: DefaultContext) => Value)(context)
      : fallback.value,
});
