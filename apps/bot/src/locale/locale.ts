import { type Locale, locales, type Texts, textsIn, type Value } from '@whisper-bot/text';
import { escapeHtml } from './html.js';

type Catalogue = Texts['bot'];
export type TextKey = keyof Catalogue;
/** Keys of texts that take no values. */
export type PlainKey = { [Key in TextKey]: Catalogue[Key] extends string ? Key : never }[TextKey];

/** What a text takes: nothing, or a value for each of its places. */
type Given<K extends TextKey> = K extends TextKey
  ? Catalogue[K] extends (values: infer V) => string
    ? [params: { readonly [Name in keyof V]: Param }]
    : []
  : never;

/** A value for a place in a text; `{ html }` is markup made by us and is not escaped again. */
type Param = Value | { html: string };

/** Everything the bot can say in one language. */
export interface Words {
  locale: Locale;
  /** Plain text, for buttons, toasts and command descriptions. */
  text<K extends TextKey>(key: K, ...params: Given<K>): string;
  /** A message in Telegram's HTML: strings put into it are escaped. */
  html<K extends TextKey>(key: K, ...params: Given<K>): string;
}

const write = (
  locale: Locale,
  key: TextKey,
  { params, encode }: { params: Readonly<Record<string, Param>>; encode: (text: string) => string },
): string => {
  const text: string | ((values: never) => string) = textsIn(locale).bot[key];
  if (typeof text === 'string') return text;
  const values: Record<string, Value> = {};
  for (const [name, value] of Object.entries(params)) {
    values[name] = typeof value === 'number' ? value : typeof value === 'string' ? encode(value) : value.html;
  }
  return text(values as never);
};

const plain = (text: string): string => text;

const wordsOf = (locale: Locale): Words => ({
  locale,
  text: (key, ...[params]) => write(locale, key, { params: params ?? {}, encode: plain }),
  html: (key, ...[params]) => write(locale, key, { params: params ?? {}, encode: escapeHtml }),
});

const words: Readonly<Record<Locale, Words>> = { en: wordsOf('en'), ru: wordsOf('ru') };

/** Words in a language. */
export const inLocale = (locale: Locale): Words => words[locale];

/** Languages whose speakers are likelier to read Russian than English. */
const russianReaders = new Set(['ru', 'be', 'kk', 'ky', 'uk', 'uz', 'tg', 'tk', 'hy', 'az']);

/**
 * The interface language for a person: what they chose, or what their Telegram speaks.
 * @param chosen `auto` or a locale
 * @param languageCode IETF tag as Telegram sends it, e.g. `pt-br`
 */
export const chooseLocale = (chosen: string | undefined, languageCode: string | undefined): Locale => {
  const wanted = locales.find((locale) => locale === chosen);
  if (wanted) return wanted;
  const base = languageCode?.toLowerCase().split('-')[0] ?? 'en';
  return russianReaders.has(base) ? 'ru' : 'en';
};
