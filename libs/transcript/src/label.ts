import type { Texts } from '@whisper-bot/text';
import type { Transcript } from './model.js';
import { singleLine } from './word.js';

/** The sentences and words a format writes by itself; an app passes those of its reader's language. */
export type TranscriptLabels = Texts['transcript'];

/** The sentence about other sound tracks with speech; null where there are none. */
export const otherTracksNote = ({ otherTracks = [] }: Transcript, labels: TranscriptLabels): string | null =>
  otherTracks.length === 0
    ? null
    : labels.otherTracks(otherTracks.map(({ track, language }) => labels.track(track, language ?? null)).join(', '));

/** Display names by label: the chosen name, otherwise the numbered one; always a single, non-empty line. */
export const speakerNames = (transcript: Transcript, labels: TranscriptLabels): ReadonlyMap<string, string> =>
  new Map(
    transcript.speakers.list.map(({ label, name }, index) => {
      const chosen = singleLine(name ?? '');
      return [label, chosen === '' ? singleLine(labels.speaker(index + 1)) : chosen];
    }),
  );
