import type { Transcript } from './model.js';
import { singleLine } from './word.js';

/** The sentences and words a format writes by itself; an app passes its own translation. */
export interface TranscriptLabels {
  /** Name of the n-th speaker, from 1, where nobody has chosen one. */
  speaker(number: number): string;
  noSpeech: string;
  /** Written where speakers were asked for but could not be told apart. */
  speakersFailed: string;
  /** Written where the file ends before its time; `MM:SS` or `H:MM:SS`. */
  breaksOff(time: string): string;
  /** Written where other sound tracks of the file hold speech: their numbers, with the language where it is known. */
  otherTracks(tracks: string): string;
  /** `2 (ru)`. */
  track(number: number, language: string | null): string;
  /** Title of a document whose recording has no name. */
  title: string;
  duration: string;
  language: string;
  speakers: string;
}

/** The name of a language; its code where there is none. */
const languageIn = (locale: string, code: string): string => {
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
};

/** The sentence about other sound tracks with speech; null where there are none. */
export const otherTracksNote = ({ otherTracks = [] }: Transcript, labels: TranscriptLabels): string | null =>
  otherTracks.length === 0
    ? null
    : labels.otherTracks(otherTracks.map(({ track, language }) => labels.track(track, language ?? null)).join(', '));

export const englishLabels: TranscriptLabels = {
  speaker: (number) => `Speaker ${number}`,
  noSpeech: 'No speech was found.',
  speakersFailed: 'The speakers could not be told apart.',
  breaksOff: (time) => `The file breaks off at ${time}.`,
  otherTracks: (tracks) => `The file has more sound tracks with speech: ${tracks}.`,
  track: (number, language) => (language === null ? `${number}` : `${number} (${languageIn('en', language)})`),
  title: 'Transcript',
  duration: 'Duration',
  language: 'Language',
  speakers: 'Speakers',
};

export const russianLabels: TranscriptLabels = {
  speaker: (number) => `Спикер ${number}`,
  noSpeech: 'Речь не найдена.',
  speakersFailed: 'Не удалось различить говорящих.',
  breaksOff: (time) => `Файл обрывается на ${time}.`,
  otherTracks: (tracks) => `В файле есть и другие звуковые дорожки с речью: ${tracks}.`,
  track: (number, language) => (language === null ? `${number}` : `${number} (${languageIn('ru', language)})`),
  title: 'Расшифровка',
  duration: 'Длительность',
  language: 'Язык',
  speakers: 'Спикеры',
};

/** Display names by label: the chosen name, otherwise the numbered one; always a single, non-empty line. */
export const speakerNames = (transcript: Transcript, labels: TranscriptLabels): ReadonlyMap<string, string> =>
  new Map(
    transcript.speakers.list.map(({ label, name }, index) => {
      const chosen = singleLine(name ?? '');
      return [label, chosen === '' ? singleLine(labels.speaker(index + 1)) : chosen];
    }),
  );
