import type { Transcript } from '../model.js';
import { type Cue, subtitleCues } from '../subtitle/cue.js';
import { timestamp } from '../time.js';
import { transcriptNotice } from './block.js';
import { type FormatOptions, resolveOptions } from './format.js';

/** WebVTT (www.w3.org/TR/webvtt1) with voice spans; speech is escaped and can never become markup or a timing line. */
export const renderVtt = (transcript: Transcript, options: FormatOptions = {}): string => {
  const { speakers, labels } = resolveOptions(transcript, options, true);
  const notice = transcriptNotice(transcript, options);
  const cues = subtitleCues(transcript, { speakers, prefix: false, labels });
  return [
    'WEBVTT\n',
    ...(notice === null ? [] : [`NOTE ${notice.replaceAll('-->', '→')}\n`]),
    ...cues.map((cue) => `${timestamp(cue.start, '.')} --> ${timestamp(cue.end, '.')}\n${voices(cue)}\n`),
  ].join('\n');
};

const voices = ({ parts }: Cue): string =>
  parts
    .map(({ speaker, lines }) => {
      const text = escapeVtt(parts.length > 1 ? `- ${lines.join(' ')}` : lines.join('\n'));
      if (speaker === null) return text;
      return `<v ${escapeVtt(speaker)}>${text}${parts.length > 1 ? '</v>' : ''}`;
    })
    .join('\n');

const escapeVtt = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
