import type { Transcript } from '../model.js';
import { roundSeconds } from '../time.js';

/** A transcript with every time rounded to milliseconds: the plan's `text` and `segments` plus words; reads back by `transcriptSchema`. */
const roundTranscript = (transcript: Transcript): Transcript => ({
  ...transcript,
  duration: roundSeconds(transcript.duration),
  segments: transcript.segments.map((segment) => ({
    start: roundSeconds(segment.start),
    end: roundSeconds(segment.end),
    text: segment.text,
    speaker: segment.speaker,
    ...(segment.language === undefined ? {} : { language: segment.language }),
    words: segment.words.map((word) => ({
      ...word,
      start: roundSeconds(word.start),
      end: roundSeconds(word.end),
      ...(word.probability === undefined ? {} : { probability: roundSeconds(word.probability) }),
    })),
  })),
  ...(transcript.removed === undefined
    ? {}
    : {
        removed: transcript.removed.map(({ start, end, reason }) => ({
          start: roundSeconds(start),
          end: roundSeconds(end),
          reason,
        })),
      }),
});

/** Pretty JSON, a word a line short enough to read and to diff. */
export const renderJson = (transcript: Transcript): string => {
  const { segments, ...head } = roundTranscript(transcript);
  const lines = segments.map(({ words, ...segment }) => {
    const inner = words.map((word) => `        ${JSON.stringify(word)}`).join(',\n');
    const fields = JSON.stringify(segment, null, 2)
      .split('\n')
      .slice(1, -1)
      .map((line) => `    ${line}`)
      .join('\n');
    return `    {\n${fields},\n      "words": [${inner === '' ? '' : `\n${inner}\n      `}]\n    }`;
  });
  const top = JSON.stringify(head, null, 2).split('\n').slice(0, -1).join('\n');
  return `${top},\n  "segments": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`;
};
