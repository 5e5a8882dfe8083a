import type { Transcript } from '../model.js';
import { cueLines, subtitleCues } from '../subtitle/cue.js';
import { timestamp } from '../time.js';
import { type FormatOptions, resolveOptions } from './format.js';

/** SubRip: numbered cues; the name stands before the first cue of a turn. Empty where no one speaks. */
export const renderSrt = (transcript: Transcript, options: FormatOptions = {}): string => {
  const { speakers, labels } = resolveOptions(transcript, options, true);
  return subtitleCues(transcript, { speakers, prefix: true, labels })
    .map(
      (cue, index) =>
        `${index + 1}\n${timestamp(cue.start, ',')} --> ${timestamp(cue.end, ',')}\n${cueLines(cue).join('\n')}\n`,
    )
    .join('\n');
};
