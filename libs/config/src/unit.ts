import { z } from 'zod';

const secondsPer = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90`, `90s`, `30m`, `10h`, `7d` → seconds. */
export const durationSchema = z
  .string()
  .regex(/^\d+[smhd]?$/, 'a time like 90s, 30m, 10h or 7d')
  .transform((text) => {
    const unit = (/[smhd]$/.exec(text)?.[0] ?? 's') as keyof typeof secondsPer;
    return Number.parseInt(text, 10) * secondsPer[unit];
  });

const bytesPer = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9 } as const;

/** `1500`, `500MB`, `2GB` (decimal units) → bytes. */
export const byteSchema = z
  .string()
  .regex(/^\d+([KMG]B)?$/, 'a size like 500MB or 2GB')
  .transform((text) => {
    const unit = (/[KMG]B$/.exec(text)?.[0] ?? '') as keyof typeof bytesPer;
    return Number.parseInt(text, 10) * bytesPer[unit];
  });

/** A whole number within bounds, both included. */
export const countSchema = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((count) => count >= min && count <= max, `a whole number from ${min} to ${max}`);

/** `1,-1002,3` → whole numbers, which may be negative (groups and channels of Telegram are). */
export const numbersSchema = z
  .string()
  .regex(/^-?\d{1,15}(\s*,\s*-?\d{1,15})*$/, 'numbers with commas between, like 12345,-10067890')
  .transform((text) => text.split(',').map(Number));

const words = { true: true, yes: true, on: true, '1': true, false: false, no: false, off: false, '0': false } as const;

export const booleanSchema = z
  .enum(Object.keys(words) as (keyof typeof words)[], 'yes or no')
  .transform((word) => words[word]);

/** A URL with one of the protocols, given without the colon. */
export const urlSchema = (...protocols: readonly string[]) => {
  const expected = `a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`;
  return z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)), expected);
};

export const textSchema = z.string();

/** `a, b` → texts. */
export const textsSchema = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine((texts) => texts.every((each) => each !== ''), 'texts with commas between');

/** A model for languages, ISO 639-1; `*` means all others. */
export interface LanguageModelSetting {
  languages: string[];
  model: string;
}

const entryPattern = /^(\*|[a-z]{2,3}(?:\s+[a-z]{2,3})*)\s*:\s*([A-Za-z0-9][\w.+-]*)$/;

/** `ru: one, en de: another, *: base` → which model writes which languages. */
export const languageModelsSchema = z
  .string()
  .transform((text) => text.split(',').map((entry) => entryPattern.exec(entry.trim())))
  .refine(
    (entries) => entries.every((entry) => entry !== null),
    'languages and models like `ru: gigaam-v3-rnnt, en de: base`',
  )
  .transform((entries) =>
    entries.map(
      (entry): LanguageModelSetting => ({ languages: (entry?.[1] ?? '').split(/\s+/), model: entry?.[2] ?? '' }),
    ),
  );

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** The issuer of an identity provider: who reads along on the way to it could be anyone, so that it has to be TLS. */
export const issuerSchema = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash } = new URL(text);
  if (search !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname));
}, 'a URL that begins with https:// (http:// only for this machine itself)');
