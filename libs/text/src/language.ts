/** Whisper's codes that are not IETF tags. */
const tags: Readonly<Record<string, string>> = { jw: 'jv' };

/** Own names that Unicode CLDR lacks, or writes as a list of languages does not. */
const ownNames: Readonly<Record<string, string>> = {
  az: 'Azərbaycanca',
  ba: 'Башҡортса',
  bo: 'བོད་སྐད',
  ht: 'Kreyòl ayisyen',
  id: 'Bahasa Indonesia',
  jw: 'Basa Jawa',
  ka: 'ქართული',
  kk: 'Қазақша',
  la: 'Latina',
  ms: 'Bahasa Melayu',
  nn: 'Nynorsk',
  sa: 'संस्कृतम्',
  tk: 'Türkmençe',
  tl: 'Tagalog',
  tt: 'Татарча',
  yo: 'Yorùbá',
};

/** The name of a language, by Whisper's code, in the language of a reader: `de` is `немецкий` in `ru`; its code where it has no name. */
export const languageIn = (reader: string, code: string): string => {
  try {
    return new Intl.DisplayNames([reader], { type: 'language' }).of(tags[code] ?? code) ?? code;
  } catch {
    return code;
  }
};

/** Languages for a reader: the names of a few, the codes of many. */
export const languagesIn = (reader: string, codes: readonly string[]): string =>
  codes.length <= 4 ? codes.map((code) => languageIn(reader, code)).join(', ') : codes.join(' ');

/** The name of a language in itself, capitalized as in a list: `Русский`, `Deutsch`; the code of one that has none. */
export const ownNameOf = (code: string): string => {
  const known = ownNames[code];
  if (known !== undefined) return known;
  const tag = tags[code] ?? code;
  const name = languageIn(tag, code);
  return name === code ? code : name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
};
