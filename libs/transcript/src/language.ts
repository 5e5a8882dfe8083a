import type { Segment, Transcript } from './model.js';

/** Whisper's codes that are not IETF tags, or that need a region to be spelled and hyphenated right. */
const tags: Readonly<Record<string, string>> = { jw: 'jv', yue: 'zh-HK', und: 'und', no: 'nb-NO' };

/** Whisper's English names where they differ from the usual ones (OpenAI's `verbose_json` has Whisper's). */
const whisperNames: Readonly<Record<string, string>> = {
  my: 'myanmar',
  nn: 'nynorsk',
  jw: 'javanese',
  tl: 'tagalog',
  mi: 'maori',
  bn: 'bengali',
  oc: 'occitan',
};

/** The language the words are in: English where they were translated. */
export const textLanguage = (transcript: Transcript): string => (transcript.translated ? 'en' : transcript.language);

/** The language the words of one segment are in. */
export const segmentLanguage = (transcript: Transcript, segment: Segment): string =>
  transcript.translated ? 'en' : (segment.language ?? transcript.language);

/** A full IETF tag with the likeliest region, as word processors want it: `ru` → `ru-RU`. */
export const languageTag = (code: string): string => {
  const tag = tags[code] ?? code;
  if (tag.includes('-') || tag === 'und') return tag;
  try {
    const { language, region } = new Intl.Locale(tag).maximize();
    return region === undefined ? language : `${language}-${region}`;
  } catch {
    return 'und';
  }
};

/**
 * The English name in lower case, as Whisper and OpenAI's API write it: `ru` → `russian`; `unknown` where no one speaks
 * (for `und`, Unicode's own name is "root"). The code where it has no name.
 */
export const whisperLanguageName = (code: string): string => {
  if (code === '' || code === 'und' || code === 'auto') return 'unknown';
  const known = whisperNames[code];
  if (known !== undefined) return known;
  try {
    return (new Intl.DisplayNames(['en'], { type: 'language' }).of(code) ?? code).toLowerCase();
  } catch {
    return code;
  }
};
