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
  /** Title of a document whose recording has no name. */
  title: string;
  duration: string;
  language: string;
  speakers: string;
}

export const englishLabels: TranscriptLabels = {
  speaker: (number) => `Speaker ${number}`,
  noSpeech: 'No speech was found.',
  speakersFailed: 'The speakers could not be told apart.',
  breaksOff: (time) => `The file breaks off at ${time}.`,
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
