import {
  cleanText,
  cutText,
  parseLanguage,
  type SpeakerCount,
  speakerCountSchema,
  taskOptionsSchema,
} from '@whisper-bot/task';
import { type FormatId, formatIds, parseFormat } from '@whisper-bot/transcript';
import { InvalidArgumentError } from 'commander';

/** `auto`, `3`, `max:4`. */
export const parseSpeakers = (text: string): SpeakerCount => {
  const match = /^(max:)?(\d+)$/.exec(text);
  const asked = match === null ? { kind: text } : { kind: match[1] ? 'at-most' : 'exactly', count: Number(match[2]) };
  const parsed = speakerCountSchema.safeParse(asked);
  if (!parsed.success) throw new InvalidArgumentError('It is auto, a number from 1 to 32, or max:NUMBER.');
  return parsed.data;
};

/** Of the sound tracks, from 1. */
export const parseTrack = (text: string): number => {
  const track = taskOptionsSchema.shape.track.safeParse(/^\d+$/.test(text) ? Number(text) : Number.NaN).data;
  if (track === undefined) throw new InvalidArgumentError('It is a number from 1 to 100.');
  return track;
};

/** A name or a code → the code Whisper knows, or `auto`. */
export const parseLanguageOption = (text: string): string => {
  const code = parseLanguage(text);
  if (code === null) throw new InvalidArgumentError('It is auto, a name like Russian, or a code like ru.');
  return code;
};

export const parseFormatOption = (text: string): FormatId => {
  const format = parseFormat(text);
  if (format === null) throw new InvalidArgumentError(`It is one of ${formatIds.join(', ')}.`);
  return format;
};

/** What a model may hear of a recording before it begins. */
export const parsePrompt = (text: string): string => cutText(cleanText(text), 1000);
