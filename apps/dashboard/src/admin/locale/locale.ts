import { en, type Words } from './en.js';
import { ru } from './ru.js';

export type { Words };

export const locales = ['en', 'ru'] as const;
export type Locale = (typeof locales)[number];

const dictionaries: Record<Locale, Words> = { en, ru };

export const wordsOf = (locale: Locale): Words => dictionaries[locale];

export const isLocale = (text: string): text is Locale => (locales as readonly string[]).includes(text);

/** The first language of an Accept-Language header that we speak, by its weights; English where there is none. */
export const acceptedLocale = (header: string): Locale => {
  const wanted = header
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const weight = Number(parameters.map((each) => /^\s*q=([\d.]+)$/.exec(each)?.[1]).find(Boolean) ?? 1);
      return { language: tag.slice(0, 2), weight };
    })
    .sort((a, b) => b.weight - a.weight);
  return wanted.map(({ language }) => language).find(isLocale) ?? 'en';
};
