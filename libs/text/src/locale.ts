import { en } from './en/index.js';
import { ru } from './ru/index.js';

/** The languages people are spoken to in. */
export const locales = ['en', 'ru'] as const;
export type Locale = (typeof locales)[number];

/** All there is to say. A language that lacks a text, or whose text takes other values, does not compile. */
export type Texts = typeof en;

const catalogue: Readonly<Record<Locale, Texts>> = { en, ru };

/** Every text in one language. */
export const textsIn = (locale: Locale): Texts => catalogue[locale];

export const isLocale = (text: string): text is Locale => (locales as readonly string[]).includes(text);
