import { textsIn } from '@whisper-bot/text';
import type { TranscriptLabels } from '../label.js';
import type { Transcript } from '../model.js';

/** Options of every format; each takes those it has a use for. */
export interface FormatOptions {
  /** Start times of paragraphs (text, md, docx). Default: off in text, on in md and docx. */
  times?: boolean;
  /** Names of the speakers. Default: where there are two or more. Machine formats always carry them. */
  speakers?: boolean;
  /** Localized words. Default: English. */
  labels?: TranscriptLabels;
  /** Title of a document (md, docx); often the name of the file. */
  title?: string;
  /** What verbose_json lists, as OpenAI's `timestamp_granularities[]`. Default: segments. */
  granularities?: readonly ('word' | 'segment')[];
}

/** One way to write a transcript down. */
export interface Format {
  /** For buttons and lists. */
  name: string;
  /** Of a file, without a dot. */
  extension: string;
  /** With its charset, where it is text. */
  mime: string;
  /** Pure: the same transcript and options give the same text (docx: the same content, but for its date). */
  render(transcript: Transcript, options?: FormatOptions): Promise<string | Uint8Array<ArrayBuffer>>;
}

/** Options with their defaults filled in. */
export const resolveOptions = (transcript: Transcript, options: FormatOptions, times: boolean) => ({
  times: options.times ?? times,
  speakers: options.speakers ?? transcript.speakers.list.length > 1,
  labels: options.labels ?? textsIn('en').transcript,
});
