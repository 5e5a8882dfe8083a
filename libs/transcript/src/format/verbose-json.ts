import { deflateSync } from 'node:zlib';
import { textLanguage, whisperLanguageName } from '../language.js';
import type { Segment, Transcript } from '../model.js';
import { roundSeconds } from '../time.js';
import type { FormatOptions } from './format.js';
import { type Remarks, remarksOf } from './remark.js';

/** A segment of OpenAI's `verbose_json`. */
export interface VerboseSegment {
  id: number;
  seek: number;
  start: number;
  end: number;
  text: string;
  tokens: number[];
  temperature: number;
  avg_logprob: number;
  compression_ratio: number;
  no_speech_prob: number;
  /** English name in lower case, where it differs from the transcription's. */
  language?: string;
}

/** OpenAI's `verbose_json` (`TranscriptionVerbose` of the npm package openai). */
export interface VerboseTranscription extends Remarks {
  task: 'transcribe' | 'translate';
  /** English name in lower case. */
  language: string;
  /** All languages spoken, the one with most speech first, where there are several; not in OpenAI's shape. */
  languages?: string[];
  /** Seconds. */
  duration: number;
  text: string;
  segments?: VerboseSegment[];
  words?: { word: string; start: number; end: number }[];
  usage: { type: 'duration'; seconds: number };
}

/**
 * The transcript in OpenAI's shape. `tokens` is empty, `seek` the start in hundredths of a second (Whisper's frames of
 * 10 ms) and `no_speech_prob` 0: a merged transcript keeps words, not tokens; silence was cut out before.
 */
export const toVerbose = (transcript: Transcript, options: FormatOptions = {}): VerboseTranscription => {
  const granularities = options.granularities ?? ['segment'];
  return {
    task: transcript.translated ? 'translate' : 'transcribe',
    language: whisperLanguageName(textLanguage(transcript)),
    ...(transcript.languages === undefined ? {} : { languages: transcript.languages.map(whisperLanguageName) }),
    duration: roundSeconds(transcript.duration),
    text: transcript.text,
    ...(granularities.includes('segment') ? { segments: transcript.segments.map(verboseSegment) } : {}),
    ...(granularities.includes('word')
      ? {
          words: transcript.segments
            .flatMap(({ words }) =>
              words.map(({ text, start, end }) => ({
                word: text,
                start: roundSeconds(start),
                end: roundSeconds(end),
              })),
            )
            // People who talk at once: their segments overlap.
            .sort((a, b) => a.start - b.start),
        }
      : {}),
    usage: { type: 'duration', seconds: Math.ceil(transcript.duration) },
    ...remarksOf(transcript),
  };
};

export const renderVerboseJson = (transcript: Transcript, options: FormatOptions = {}): string =>
  `${JSON.stringify(toVerbose(transcript, options), null, 2)}\n`;

const verboseSegment = (segment: Segment, id: number): VerboseSegment => ({
  id,
  seek: Math.round(segment.start * 100),
  start: roundSeconds(segment.start),
  end: roundSeconds(segment.end),
  text: segment.text,
  tokens: [],
  temperature: 0,
  avg_logprob: averageLogProbability(segment),
  compression_ratio: compressionRatio(segment.text),
  no_speech_prob: 0,
  ...(segment.language === undefined ? {} : { language: whisperLanguageName(segment.language) }),
});

/** Mean of the words' log probabilities; 0 where none is known. */
const averageLogProbability = ({ words }: Segment): number => {
  const known = words.flatMap(({ probability }) => (probability === undefined ? [] : [probability]));
  if (known.length === 0) return 0;
  const sum = known.reduce((total, probability) => total + Math.log(Math.max(probability, 1e-6)), 0);
  return Number((sum / known.length).toFixed(4));
};

/** As openai/whisper computes it (whisper/utils.py): bytes of UTF-8 over bytes after zlib. */
const compressionRatio = (text: string): number => {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length === 0 ? 0 : Number((bytes.length / deflateSync(bytes).length).toFixed(4));
};
