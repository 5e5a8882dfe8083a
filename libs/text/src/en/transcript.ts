import { languageIn } from '../language.js';

/** What transcripts say besides what was spoken, in English. */
export const transcript = {
  speaker: (number: number) => `Speaker ${number}`,
  noSpeech: 'No speech was found.',
  speakersFailed: 'The speakers could not be distinguished.',
  breaksOff: (time: string) => `The file breaks off at ${time}.`,
  otherTracks: (tracks: string) => `The file has more sound tracks with speech: ${tracks}.`,
  track: (number: number, language: string | null) =>
    language === null ? `${number}` : `${number} (${languageIn('en', language)})`,
  title: 'Transcript',
  duration: 'Duration',
  language: 'Language',
  speakers: 'Speakers',
};
