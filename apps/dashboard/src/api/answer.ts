import { z } from 'zod';

const usage = z.object({
  type: z.literal('duration'),
  seconds: z.number().int().describe('of the recording, rounded up'),
});
const seconds = z.number().nonnegative().describe('seconds from the start of the recording');
const span = { start: seconds, end: seconds };

const breaks_off = z
  .literal(true)
  .optional()
  .describe('there where the file ends before its time: what came after `usage.seconds` is missing');

const other_tracks = z
  .array(
    z.object({ track: z.number().int().describe('from 1'), language: z.string().optional().describe('ISO 639-1') }),
  )
  .optional()
  .describe('sound tracks of the file that hold speech as well; `track` chooses one');
const remarks = { breaks_off, other_tracks };

/** The answer in `json`. */
export const transcriptionAnswerSchema = z.object({ text: z.string(), usage, ...remarks });

/** The answer in `verbose_json`, as `toVerbose` makes it. */
export const verboseAnswerSchema = z.object({
  task: z.enum(['transcribe', 'translate']),
  language: z.string().describe('English name in lower case'),
  duration: z.number().describe('of the recording, seconds'),
  text: z.string(),
  segments: z
    .array(
      z.object({
        id: z.number().int(),
        seek: z.number().int(),
        ...span,
        text: z.string(),
        tokens: z.array(z.number()).describe('always empty: a transcript keeps words, not tokens'),
        temperature: z.number(),
        avg_logprob: z.number(),
        compression_ratio: z.number(),
        no_speech_prob: z.number().describe('always 0: silence was cut out before'),
      }),
    )
    .optional(),
  words: z.array(z.object({ word: z.string(), ...span })).optional(),
  usage,
  ...remarks,
});

/** The answer in `diarized_json`, as `toDiarized` makes it. */
export const diarizedAnswerSchema = z.object({
  task: z.literal('transcribe'),
  duration: z.number().describe('of the recording, seconds'),
  text: z.string(),
  segments: z.array(
    z.object({
      type: z.literal('transcript.text.segment'),
      id: z.string(),
      ...span,
      text: z.string(),
      speaker: z.string().describe('A, B, … in order of first words'),
    }),
  ),
  usage,
  ...remarks,
});
