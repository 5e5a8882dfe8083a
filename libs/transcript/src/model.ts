import { z } from 'zod';

/** Seconds from the start of the recording. */
const seconds = z.number().nonnegative();

/** The plan's name of a speaker: `SPEAKER_00`, `SPEAKER_01`, … in order of first words. */
const speakerLabel = z.string().regex(/^SPEAKER_\d{2,}$/);

/** One word as recognized: its text carries its own punctuation and no surrounding space. */
const wordSchema = z.object({
  start: seconds,
  end: seconds,
  text: z.string(),
  /** Geometric mean of its tokens' probabilities, 0–1. */
  probability: z.number().min(0).max(1).optional(),
  /** False where the script writes no space before this word (Chinese, Japanese, a split compound). */
  spaceBefore: z.boolean().optional(),
});
export type Word = z.infer<typeof wordSchema>;

/** What a transcriber hears in one piece: about a sentence, in order, never overlapping the next. */
const recognizedSegmentSchema = z.object({
  start: seconds,
  end: seconds,
  words: z.array(wordSchema),
  /** ISO 639-1 code, where it differs from the recognition's own: a recording may change its language. */
  language: z.string().optional(),
  /** Channel of the recording it was heard on, from 0; absent where the channels were heard as one. */
  channel: z.number().int().nonnegative().optional(),
  /** Mean log probability of its tokens (natural log, ≤ 0). */
  averageLogProbability: z.number().optional(),
  /** 0–1, as the model says. */
  noSpeechProbability: z.number().optional(),
});
export type RecognizedSegment = z.infer<typeof recognizedSegmentSchema>;

/** What was heard and is not among the words: speech is never left out without a trace. */
const removedSchema = z.object({
  start: seconds,
  end: seconds,
  /**
   * `repetition`: the engine wrote the same phrase more often than there is sound for. `no-words`: sounds like speech in
   * which no word was made out.
   */
  reason: z.enum(['repetition', 'no-words']),
});
export type Removed = z.infer<typeof removedSchema>;

/** A transcriber's answer for one chunk; times are those of the whole recording, not of the chunk. */
export const recognitionSchema = z.object({
  v: z.literal(1),
  /** ISO 639-1 code. */
  language: z.string(),
  /** 0–1; absent where the language was given. */
  languageProbability: z.number().optional(),
  model: z.string(),
  engine: z.string(),
  segments: z.array(recognizedSegmentSchema),
  /** In order; absent where nothing was. */
  removed: z.array(removedSchema).optional(),
});
export type Recognition = z.infer<typeof recognitionSchema>;

/** One speaker holding the floor; turns of different speakers may overlap. */
export const speakerTurnSchema = z.object({
  start: seconds,
  end: seconds,
  /** Index of the cluster, from 0; carries no order. */
  speaker: z.number().int().nonnegative(),
  /** Channel of the recording where it is said, from 0; absent where the channels were heard as one. */
  channel: z.number().int().nonnegative().optional(),
});
export type SpeakerTurn = z.infer<typeof speakerTurnSchema>;

/** A diarizer's answer for the whole recording, sorted by start. */
export const diarizationSchema = z.object({
  v: z.literal(1),
  engine: z.string(),
  speakers: z.number().int().nonnegative(),
  turns: z.array(speakerTurnSchema),
});
export type Diarization = z.infer<typeof diarizationSchema>;

/** A readable paragraph by one speaker; `speaker` is null where speakers were not identified. */
const segmentSchema = z.object({
  start: seconds,
  end: seconds,
  text: z.string(),
  speaker: speakerLabel.nullable(),
  /** ISO 639-1 code, where it differs from the transcript's. */
  language: z.string().optional(),
  words: z.array(wordSchema),
});
export type Segment = z.infer<typeof segmentSchema>;

/** Whether speakers were identified: asked for and found, not asked for, or asked for and failed. */
const speakerOutcome = z.enum(['found', 'off', 'failed']);
export type SpeakerOutcome = z.infer<typeof speakerOutcome>;

/** The result of a task: what is delivered, stored and shown. `segments` is the plan's contract plus words. */
export const transcriptSchema = z.object({
  v: z.literal(1),
  /** ISO 639-1 code of the language with most speech; `und` where there is none. */
  language: z.string(),
  /** All languages spoken, the one with most speech first; absent where there is only one. */
  languages: z.array(z.string()).optional(),
  /** Of the recording, seconds. */
  duration: seconds,
  /** True where the file ends before its time: what came after `duration` is missing. */
  breaksOff: z.boolean().optional(),
  /** Sound tracks of the file that hold speech as well, from 1; absent where there are none. */
  otherTracks: z
    .array(z.object({ track: z.number().int().positive(), /** ISO 639-1 code. */ language: z.string().optional() }))
    .optional(),
  model: z.string(),
  /** What recognized the words; where chunks were recognized by different ones, all of them. */
  engine: z.string(),
  translated: z.boolean(),
  speakers: z.object({
    outcome: speakerOutcome,
    /** The engine that diarized; absent without diarization and in older transcripts. */
    engine: z.string().optional(),
    /** In order of first words; `name` is what a person called them. */
    list: z.array(z.object({ label: speakerLabel, name: z.string().optional() })),
  }),
  text: z.string(),
  segments: z.array(segmentSchema),
  /** What was heard and is not among the words, in order; absent where nothing was. */
  removed: z.array(removedSchema).optional(),
});
export type Transcript = z.infer<typeof transcriptSchema>;
