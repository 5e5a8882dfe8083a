import type { TaskId } from '@whisper-bot/task';
import { textsIn } from '@whisper-bot/text';
import {
  type Block,
  clock,
  otherTracksNote,
  speakerNames,
  splitMessage,
  type Transcript,
  type TranscriptLabels,
  telegramMessageLimit,
  transcriptBlocks,
} from '@whisper-bot/transcript';
import { bold, escapeHtml, plainText } from '../locale/html.js';
import type { Words } from '../locale/locale.js';
import type { ResultFacts } from './keyboard.js';

/** The words the formats write by themselves, in the bot's language. */
export const labelsOf = (words: Words): TranscriptLabels => ({
  ...textsIn(words.locale).transcript,
  speaker: (number) => words.text('result-speaker', { number }),
  noSpeech: words.text('result-no-speech'),
  speakersFailed: words.text('result-speakers-failed'),
  title: words.text('result-file-title'),
});

/** More messages than this are a wall: a preview and a file instead. */
const mostMessages = 3;
/** Characters of the preview. */
const previewLength = 1500;

/** What is handed over: texts in order, and a file where the texts are not all of it. */
export interface RenderedResult {
  /** HTML, each within Telegram's 4096 characters once parsed. At least one. */
  messages: string[];
  /** Whether a file must follow. */
  file: boolean;
}

export interface ResultOptions {
  times: boolean;
  /** The result is wanted as a file: a preview goes with it. */
  asFile: boolean;
  /** Said first, e.g. that the recording was known. HTML. */
  note?: string;
}

const blockHtml = ({ time, speaker, text }: Block): string => {
  const head = [...(time === null ? [] : [`<i>${time}</i>`]), ...(speaker === null ? [] : [`${bold(speaker)}:`])];
  return [...head, escapeHtml(text)].join(' ');
};

/** What `blockHtml` shows: `00:07 Anna: text`. */
const blockVisible = ({ time, speaker, text }: Block): string =>
  `${time === null ? '' : `${time} `}${speaker === null ? '' : `${speaker}: `}${text}`;

const visibleLength = (html: string): number => plainText(html).length;

/** Whether this HTML fits a message, or with `limit` a caption. */
export const fits = (html: string, limit = telegramMessageLimit): boolean => visibleLength(html) <= limit;

/** Writes a transcript as messages: one, a few, or a preview with a file. */
export const renderResult = (transcript: Transcript, options: ResultOptions, words: Words): RenderedResult => {
  const blocks = transcriptBlocks(transcript, { times: options.times, labels: labelsOf(words) });
  const notes = options.note === undefined ? [] : [options.note];
  if (translationOf(transcript) === 'shown' && blocks.length > 0) notes.push(words.html('result-translated'));
  if (transcript.speakers.outcome === 'failed' && blocks.length > 0) notes.push(words.html('result-speakers-failed'));
  if (transcript.breaksOff === true) notes.push(escapeHtml(labelsOf(words).breaksOff(clock(transcript.duration))));
  const others = otherTracksNote(transcript, labelsOf(words));
  if (others !== null) notes.push(escapeHtml(others));
  if (blocks.length === 0) return { messages: [[...notes, words.html('result-no-speech')].join('\n\n')], file: false };

  const head = notes.join('\n\n');
  const room = telegramMessageLimit - (head === '' ? 0 : visibleLength(head) + 2);
  const pieces = splitMessage(blocks, { limit: room, visible: blockVisible });
  const html = pieces.map((piece) => piece.blocks.map(blockHtml).join('\n\n'));
  const withHead = (first: string): string => (head === '' ? first : `${head}\n\n${first}`);
  if (!options.asFile && html.length <= mostMessages) {
    return { messages: html.map((message, index) => (index === 0 ? withHead(message) : message)), file: false };
  }
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (total <= previewLength) return { messages: [withHead(html[0] ?? '')], file: true };
  const [preview] = splitMessage(blocks, { limit: previewLength, visible: blockVisible });
  const beginning = preview?.blocks.map(blockHtml).join('\n\n') ?? '';
  return { messages: [`${withHead(words.html('result-preview'))}\n\n${beginning} …`], file: true };
};

/** Names as shown on buttons; empty without diarization. */
export const namesOf = (transcript: Transcript, words: Words): string[] => [
  ...speakerNames(transcript, labelsOf(words)).values(),
];

/** English is what is there already; a lone other language, or one among others, can be translated. */
const translationOf = ({ translated, language, languages, segments }: Transcript): ResultFacts['translation'] => {
  const isEnglish = (languages ?? [language]).every((spoken) => spoken === 'en');
  if (segments.length === 0 || isEnglish) return 'needless';
  return translated ? 'shown' : 'available';
};

/** What the buttons below a result depend on. */
export const resultFacts = (task: TaskId, transcript: Transcript, words: Words): ResultFacts => ({
  task,
  speakers: namesOf(transcript, words),
  translation: translationOf(transcript),
});
