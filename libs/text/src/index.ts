export { languageIn, languagesIn, ownNameOf } from './language.js';
export { isLocale, type Locale, locales, type Texts, textsIn } from './locale.js';
export type { Value } from './value.js';
