import { otherTracksNote, speakerNames } from '../label.js';
import type { Transcript } from '../model.js';
import { clock } from '../time.js';
import { singleLine } from '../word.js';
import { type FormatOptions, resolveOptions } from './format.js';

/** A paragraph as a reader sees it: what text, md, docx and messages are made of. */
export interface Block {
  /** Display name, on the first paragraph of a turn only; null where it goes on or names are off. */
  speaker: string | null;
  /** `MM:SS` or `H:MM:SS`; null where times are off. */
  time: string | null;
  /** One line. */
  text: string;
}

/** The paragraphs of a transcript with names and times as asked for; empty where no one speaks. */
export const transcriptBlocks = (
  transcript: Transcript,
  options: FormatOptions = {},
  timesDefault = false,
): Block[] => {
  const { times, speakers, labels } = resolveOptions(transcript, options, timesDefault);
  const names = speakerNames(transcript, labels);
  let before: string | null = null;
  const blocks: Block[] = [];
  for (const segment of transcript.segments) {
    const text = singleLine(segment.text);
    if (text === '') continue;
    const changed = segment.speaker !== before;
    before = segment.speaker;
    blocks.push({
      speaker: speakers && changed && segment.speaker !== null ? (names.get(segment.speaker) ?? segment.speaker) : null,
      time: times ? clock(segment.start) : null,
      text,
    });
  }
  return blocks;
};

/** The sentence a reader must see before or instead of the text; null where there is nothing to say. */
export const transcriptNotice = (transcript: Transcript, options: FormatOptions = {}): string | null => {
  const { labels } = resolveOptions(transcript, options, false);
  const isSilent = transcript.segments.every((segment) => singleLine(segment.text) === '');
  const others = otherTracksNote(transcript, labels);
  const sentences = [
    ...(isSilent ? [labels.noSpeech] : []),
    ...(!isSilent && transcript.speakers.outcome === 'failed' ? [labels.speakersFailed] : []),
    ...(transcript.breaksOff === true ? [labels.breaksOff(clock(transcript.duration))] : []),
    ...(others === null ? [] : [others]),
  ];
  return sentences.length === 0 ? null : sentences.join(' ');
};

/** `[00:07] Anna: text`, the plain form of a block. */
export const blockText = (block: Block): string =>
  `${block.time === null ? '' : `[${block.time}] `}${block.speaker === null ? '' : `${block.speaker}: `}${block.text}`;
