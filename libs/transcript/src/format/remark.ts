import type { Transcript } from '../model.js';

/** What OpenAI's shapes have no field for, and a program should know. */
export interface Remarks {
  /** True where the file ends before its time: what came after `duration` is missing. */
  breaks_off?: true;
  /** Sound tracks of the file that hold speech as well, from 1. */
  other_tracks?: { track: number; language?: string | undefined }[];
}

export const remarksOf = ({ breaksOff, otherTracks = [] }: Transcript): Remarks => ({
  ...(breaksOff === true ? { breaks_off: true } : {}),
  ...(otherTracks.length > 0 ? { other_tracks: otherTracks } : {}),
});
