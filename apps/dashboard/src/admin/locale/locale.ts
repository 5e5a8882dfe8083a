import { isLocale, type Locale, type Texts, textsIn } from '@whisper-bot/text';

/** What the dashboard says, in one language. */
export type Words = Texts['dashboard'];

export const wordsOf = (locale: Locale): Words => textsIn(locale).dashboard;

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
