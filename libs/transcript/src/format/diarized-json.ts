import type { Transcript } from '../model.js';
import { roundSeconds } from '../time.js';
import { singleLine } from '../word.js';
import { type Remarks, remarksOf } from './remark.js';

/** OpenAI's `diarized_json` (`TranscriptionDiarized` of the npm package openai). */
export interface DiarizedTranscription extends Remarks {
  task: 'transcribe';
  /** Seconds. */
  duration: number;
  text: string;
  segments: {
    type: 'transcript.text.segment';
    id: string;
    start: number;
    end: number;
    text: string;
    speaker: string;
    /** ISO 639-1 code, where it differs from the one with most speech; not in OpenAI's shape. */
    language?: string;
  }[];
  usage: { type: 'duration'; seconds: number };
}

/** The transcript in OpenAI's shape: speakers are chosen names, otherwise capital letters in order of first words. */
export const toDiarized = (transcript: Transcript): DiarizedTranscription => {
  const names = new Map(
    transcript.speakers.list.map(({ label, name }, index) => [label, singleLine(name ?? '') || letters(index)]),
  );
  return {
    task: 'transcribe',
    duration: roundSeconds(transcript.duration),
    text: transcript.text,
    segments: transcript.segments.map((segment, index) => ({
      type: 'transcript.text.segment',
      id: `seg_${index}`,
      start: roundSeconds(segment.start),
      end: roundSeconds(segment.end),
      text: segment.text,
      // The shape has no "no one": an untold speaker is the first one.
      speaker: (segment.speaker === null ? undefined : names.get(segment.speaker)) ?? letters(0),
      ...(segment.language === undefined ? {} : { language: segment.language }),
    })),
    usage: { type: 'duration', seconds: Math.ceil(transcript.duration) },
    ...remarksOf(transcript),
  };
};

export const renderDiarizedJson = (transcript: Transcript): string =>
  `${JSON.stringify(toDiarized(transcript), null, 2)}\n`;

/** A … Z, AA, AB … */
const letters = (index: number): string =>
  (index >= 26 ? letters(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
