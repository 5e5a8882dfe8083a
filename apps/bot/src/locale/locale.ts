import { readFileSync } from 'node:fs';
import { I18n } from '@grammyjs/i18n';
import { escapeHtml } from '../render/html.js';

/** Interface languages: one Fluent file each in `apps/bot/locale`. */
export const locales = ['en', 'ru'] as const;
export type Locale = (typeof locales)[number];

/** A value for a placeholder; `{ html }` is markup made by us and is not escaped again. */
export type Param = string | number | { html: string };
export type Params = Record<string, Param>;

/** Everything the bot can say in one language. */
export interface Words {
  locale: Locale;
  /** Plain text, for buttons, toasts and command descriptions. */
  text(key: string, params?: Params): string;
  /** A message in Telegram's HTML: strings put into it are escaped. */
  html(key: string, params?: Params): string;
}

/** The file lies beside `src` and `dist`, so that both find it by the same relative path. */
export const readLocale = (locale: Locale): string =>
  readFileSync(new URL(`../../locale/${locale}.ftl`, import.meta.url), 'utf8');

const i18n = new I18n({
  defaultLocale: 'en',
  // The isolation marks around placeables would be counted as characters and break `<a href="…">`.
  fluentBundleOptions: { useIsolating: false },
  fluentOptions: {
    warningHandler: (warning) => {
      throw new Error(`No words for "${warning.path}" in ${warning.locales.join(', ')}`);
    },
  },
});
for (const locale of locales) i18n.loadLocaleSync(locale, { source: readLocale(locale) });

const translate = (locale: Locale, key: string, params: Params, encode: (text: string) => string): string => {
  const values: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(params)) {
    values[name] = typeof value === 'number' ? value : typeof value === 'string' ? encode(value) : value.html;
  }
  return i18n.t(locale, key, values);
};

const plain = (text: string): string => text;

const wordsOf = (locale: Locale): Words => ({
  locale,
  text: (key, params = {}) => translate(locale, key, params, plain),
  html: (key, params = {}) => translate(locale, key, params, escapeHtml),
});

const dictionary: Record<Locale, Words> = { en: wordsOf('en'), ru: wordsOf('ru') };

/** Words in a language; throws at a key that the language does not have (a test reads them all). */
export const inLocale = (locale: Locale): Words => dictionary[locale];

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
