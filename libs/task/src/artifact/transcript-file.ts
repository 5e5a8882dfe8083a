import { type Transcript, transcriptSchema } from '@whisper-bot/transcript';
import { z } from 'zod';

/** Which state of a task's transcript this is: revisions are made by the pipeline, edits to one of them by people. */
const transcriptVersionSchema = z.object({
  /** From 1. */
  revision: z.number().int().min(1),
  /** From 0. */
  edit: z.number().int().min(0),
});
export type TranscriptVersion = z.infer<typeof transcriptVersionSchema>;

/** A transcript as a file, with its version, which older files lack. */
export const transcriptFileSchema = transcriptSchema.extend({
  version: transcriptVersionSchema.nullable().default(null).catch(null),
});

/** A transcript with the version that orders it. */
export interface StoredTranscript {
  transcript: Transcript;
  /** Null in what was stored before there were versions. */
  version: TranscriptVersion | null;
  /** When it was stored, Unix milliseconds; decides where a version is missing. */
  at: number;
}

/** Positive where the one is newer than the other, 0 where both are the same state. */
export const compareVersions = (one: TranscriptVersion, other: TranscriptVersion): number =>
  one.revision - other.revision || one.edit - other.edit;

/** The newer of two, by version; by time where one has none. Of two equal ones the first. */
export const newerTranscript = <A extends StoredTranscript | null, B extends StoredTranscript | null>(
  one: A,
  other: B,
): A | B => {
  if (one === null || other === null) return one ?? other;
  if (one.version !== null && other.version !== null)
    return compareVersions(one.version, other.version) >= 0 ? one : other;
  return one.at >= other.at ? one : other;
};

/** A version as a form carries it. */
export const versionText = ({ revision, edit }: TranscriptVersion): string => `${revision}.${edit}`;
