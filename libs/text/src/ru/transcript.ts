import type { transcript as english } from '../en/transcript.js';
import { languageIn } from '../language.js';

/** What transcripts say besides what was spoken, in Russian. */
export const transcript: typeof english = {
  speaker: (number) => `Спикер ${number}`,
  noSpeech: 'Речь не найдена.',
  speakersFailed: 'Не удалось разделить речь по спикерам.',
  breaksOff: (time) => `Файл обрывается на ${time}.`,
  otherTracks: (tracks) => `В файле есть и другие звуковые дорожки с речью: ${tracks}.`,
  track: (number, language) => (language === null ? `${number}` : `${number} (${languageIn('ru', language)})`),
  title: 'Расшифровка',
  duration: 'Длительность',
  language: 'Язык',
  speakers: 'Спикеры',
};
